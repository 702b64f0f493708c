// The tally page. Each press is written to the browser's storage before it is shown, and sent when there
// is a network; the server knows tally and press by the names given here, so what is sent twice, because
// an answer was lost, counts once.
(function () {
  'use strict';
  var PREFIX = 'cho40.tally.';
  var BATCH = 400;                       // The server takes 500, and 64 KiB.
  var LONGEST_MS = 4 * 60 * 60 * 1000;   // So long a tally may last.
  var KEPT_MS = 7 * 24 * 60 * 60 * 1000; // What was sent is shown so long.
  var SEND_LIMIT_MS = 20000;
  var AGAIN_MS = 15000;
  var SECOND_TOUCH_MS = 4000;
  var body = document.body, now = null, shown = null, isSending = false;
  function el(id) { return document.getElementById(id); }
  function text(name) { return body.getAttribute('data-' + name); }
  function show(id, is) { el(id).hidden = !is; }
  function say(id, said) { el(id).textContent = said || ''; show(id, !!said); }
  function on(id, work) { el(id).addEventListener('click', work); }
  // Vietnam's, wherever the phone thinks that it is.
  function clock(ms) { return new Date(ms + 7 * 60 * 60 * 1000).toISOString().slice(11, 16); }

  // ------------------------------------------------------------------ what is kept

  function all() {
    var found = [];
    for (var at = 0; at < localStorage.length; at += 1) {
      var key = localStorage.key(at);
      if (key.indexOf(PREFIX) === 0) { found.push(JSON.parse(localStorage.getItem(key))); }
    }
    return found.sort(function (one, other) { return one.start - other.start; });
  }

  function save(one) {
    try {
      localStorage.setItem(PREFIX + one.id, JSON.stringify(one));
      return true;
    } catch (e) {
      say('failed', text('unkept'));
      return false;
    }
  }

  function drop(one) { localStorage.removeItem(PREFIX + one.id); }

  function name() {
    var bytes = new Uint8Array(16);
    window.crypto.getRandomValues(bytes);
    return Array.prototype.map.call(bytes, function (byte) { return ('0' + byte.toString(16)).slice(-2); }).join('');
  }

  function count(one, kind) {
    return one.presses.filter(function (press) { return press.kind === kind && !press.off; }).length;
  }

  // ------------------------------------------------------------------ pressing

  function begin(event) {
    event.preventDefault();
    var typed = el('stall').value.trim(), options = Array.prototype.slice.call(el('stalls').children);
    // As it is painted, or else so that spaces and dashes make no difference.
    function loose(code) { return code.toUpperCase().replace(/[ .-]/g, ''); }
    var found = options.filter(function (option) { return option.value === typed; });
    if (!found.length) { found = options.filter(function (option) { return loose(option.value) === loose(typed); }); }
    found = found.length === 1 ? found[0] : null;
    if (!found) { say('failed', text('unknown')); return; }
    say('failed', '');
    now = {
      id: name(), stall: found.getAttribute('data-id'), code: found.value, by: el('by').value.trim(),
      start: Date.now(), end: null, presses: [], done: null, refused: ''
    };
    if (!save(now)) { now = null; return; }
    if (navigator.storage && navigator.storage.persist) { navigator.storage.persist(); }
    look();
  }

  function press(kind) {
    if (!now) { return; }
    if (Date.now() - now.start > LONGEST_MS) { end(); return; }
    now.presses.push({ kind: kind, at: Math.max(Date.now(), now.start), off: false, sent: false });
    if (!save(now)) { now.presses.pop(); return; }
    if (navigator.vibrate) { navigator.vibrate(30); }
    el('last').textContent = '';
    counts();
  }

  function undo() {
    var last = null;
    now.presses.forEach(function (one) { if (!one.off) { last = one; } });
    if (!last) { return; }
    last.off = true;
    last.sent = false;
    save(now);
    el('last').textContent = text('undone') + ' ' + text(last.kind);
    counts();
  }

  function end() {
    var last = now.presses[now.presses.length - 1];
    now.end = Math.max(Math.min(Date.now(), now.start + LONGEST_MS), last ? last.at : now.start);
    save(now);
    shown = now;
    now = null;
    look();
    send();
  }

  // A finger that slipped ends nothing: the second touch does.
  function twice(button, said, work) {
    var timer = null, before = button.textContent;
    button.addEventListener('click', function () {
      if (timer) { clearTimeout(timer); timer = null; button.textContent = before; work(); return; }
      button.textContent = said;
      timer = setTimeout(function () { timer = null; button.textContent = before; }, SECOND_TOUCH_MS);
    });
  }

  // ------------------------------------------------------------------ sending

  function iso(ms) { return new Date(ms).toISOString(); }

  function wire(one, some, isLast) {
    var said = {
      client_id: one.id, occupancy_id: one.stall, counted_by: one.by, started_at: iso(one.start),
      presses: some.map(function (which) {
        var press = one.presses[which];
        return { client_id: String(which), kind: press.kind, pressed_at: iso(press.at), is_void: press.off };
      })
    };
    if (isLast) { said.ended_at = iso(one.end); }
    return JSON.stringify(said);
  }

  function limited(path, how) {
    var stop = window.AbortController && new AbortController();
    if (stop) { how.signal = stop.signal; }
    return new Promise(function (can, cannot) {
      var timer = setTimeout(function () { cannot(new Error('late')); if (stop) { stop.abort(); } }, SEND_LIMIT_MS);
      fetch(path, how).then(function (answer) {
        var isJson = (answer.headers.get('content-type') || '').indexOf('json') >= 0;
        return (isJson ? answer.json() : Promise.resolve(null)).then(function (told) {
          return { status: answer.status, isAway: answer.type === 'opaqueredirect', told: told };
        });
      }).then(function (given) { clearTimeout(timer); can(given); }, function (error) { clearTimeout(timer); cannot(error); });
    });
  }

  // The presses that the server does not know as they are now, by their place.
  function unsent(one) {
    var found = [];
    one.presses.forEach(function (press, which) { if (!press.sent) { found.push(which); } });
    return found;
  }

  function next() {
    return all().filter(function (one) {
      return !one.done && !one.refused && (one.end || unsent(one).length > 0);
    })[0];
  }

  function send() {
    var one = isSending ? null : next();
    if (!one) { return; }
    if (now && now.id === one.id) { one = now; }
    if (shown && shown.id === one.id) { one = shown; }
    var left = unsent(one), some = left.slice(0, BATCH), isLast = !!one.end && some.length === left.length;
    var were = some.map(function (which) { return one.presses[which].off; });
    isSending = true;
    limited('/ql/dem', {
      method: 'POST', credentials: 'same-origin', redirect: 'manual', body: wire(one, some, isLast),
      headers: { 'Content-Type': 'application/json', 'Accept-Language': document.documentElement.lang }
    }).then(function (answer) {
      isSending = false;
      if (answer.isAway || !answer.told) { net(answer.isAway ? 'signin' : 'waiting'); return; }
      if (answer.status === 200) {
        some.forEach(function (which, place) {
          var press = one.presses[which];
          press.sent = press.off === were[place];
        });
        if (isLast) { one.done = { cash: answer.told.cash, transfer: answer.told.transfer, said: answer.told.said }; }
      } else if (answer.status < 500 && answer.status !== 429) {
        one.refused = answer.told.detail;
      } else {
        net('waiting');
        return;
      }
      save(one);
      net('');
      look();
      send();
    }).catch(function () {
      isSending = false;
      net('waiting');
    });
  }

  // ------------------------------------------------------------------ showing

  var ready = '';
  function net(state) {
    var waits = next();
    if (state === 'signin') {
      el('net').textContent = '';
      var link = document.createElement('a');
      link.href = '/ql/vao';
      link.textContent = text('signin');
      el('net').appendChild(link);
      show('net', true);
      return;
    }
    say('net', navigator.onLine === false ? text('offline') : waits && state === 'waiting' ? text('waiting') : text(ready));
  }

  function counts() {
    el('n-cash').textContent = count(now, 'cash');
    el('n-transfer').textContent = count(now, 'transfer');
    el('undo').disabled = count(now, 'cash') + count(now, 'transfer') === 0;
  }

  function sums(list, one) {
    var told = one.done || { cash: count(one, 'cash'), transfer: count(one, 'transfer') };
    list.textContent = '';
    [['cash', told.cash], ['transfer', told.transfer], ['total', told.cash + told.transfer]].forEach(function (row) {
      var label = document.createElement('dt'), number = document.createElement('dd');
      label.textContent = text(row[0]);
      number.textContent = row[1];
      list.appendChild(label);
      list.appendChild(number);
    });
  }

  function state(one) {
    return one.refused ? text('refused') + ' ' + one.refused : one.done ? text('sent') : text('waiting');
  }

  function line(one) {
    var item = document.createElement('li'), what = document.createElement('p'), acts = document.createElement('div');
    var told = one.done || { cash: count(one, 'cash'), transfer: count(one, 'transfer') };
    what.textContent = text('stall') + ' ' + one.code + ', ' + clock(one.start) + ': ' + text('cash') + ' ' + told.cash + ', ' + text('transfer') + ' ' + told.transfer + '. ' + state(one);
    acts.className = 'acts';
    function button(label, work, isTwice) {
      var made = document.createElement('button');
      made.type = 'button';
      made.className = 'button quiet small';
      made.textContent = label;
      made.setAttribute('aria-label', label + ': ' + one.code + ' ' + clock(one.start));
      if (isTwice) { twice(made, text('again'), work); } else { made.addEventListener('click', work); }
      acts.appendChild(made);
    }
    if (one.refused) {
      button(text('send'), function () { one.refused = ''; save(one); look(); send(); });
      button(text('drop'), function () { drop(one); look(); }, true);
    } else if (one.done) {
      button(text('show'), function () { shown = one; look(); });
    }
    item.appendChild(what);
    item.appendChild(acts);
    return item;
  }

  function look() {
    show('choose', !now && !shown);
    show('count', !!now);
    show('figures', !now && !!shown);
    if (now) {
      el('where').textContent = text('stall') + ' ' + now.code + ', ' + text('going') + ' ' + clock(now.start);
      counts();
    } else if (shown) {
      el('figures-where').textContent = text('stall') + ' ' + shown.code + ', ' + clock(shown.start) + '–' + clock(shown.end);
      sums(el('sums'), shown);
      el('said').textContent = shown.done ? shown.done.said : '';
      el('sent').textContent = state(shown);
    } else {
      var kept = all();
      el('kept').textContent = '';
      kept.reverse().forEach(function (one) { el('kept').appendChild(line(one)); });
      show('kept-title', kept.length > 0);
    }
  }

  function wake() {
    if (now && Date.now() - now.start > LONGEST_MS) { end(); return; }
    net(next() ? 'waiting' : '');
    send();
  }

  function open() {
    var too = Date.now() - KEPT_MS;
    all().forEach(function (one) {
      if (one.done && one.start < too) { drop(one); }
      if (!one.end) { now = one; }
    });
    look();
    wake();
  }

  el('begin').addEventListener('submit', begin);
  on('cash', function () { press('cash'); });
  on('transfer', function () { press('transfer'); });
  on('undo', undo);
  twice(el('end'), text('again'), end);
  on('next', function () { shown = null; look(); });
  window.addEventListener('online', wake);
  // The page is open twice: the presses of the other one are this one's too.
  window.addEventListener('storage', function (event) {
    if (!now || event.key !== PREFIX + now.id || !event.newValue) { return; }
    now = JSON.parse(event.newValue);
    if (now.end) { shown = now; now = null; }
    look();
  });
  window.addEventListener('offline', function () { net('waiting'); });
  document.addEventListener('visibilitychange', function () { if (!document.hidden) { wake(); } });
  setInterval(wake, AGAIN_MS);
  try {
    open();
  } catch (e) {
    say('failed', text('unkept'));
  }
  if (navigator.serviceWorker) {
    navigator.serviceWorker.register('/ql/dem/sw.js', { scope: '/ql/dem' }).then(function () {
      return navigator.serviceWorker.ready;
    }).then(function () {
      ready = 'ready';
      net('');
    }).catch(function () { });
  } else {
    ready = 'plain';
    net('');
  }
})();
