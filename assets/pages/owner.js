// The vendor's own page: codes for amounts, the day's money, the evening's cash. Hearing is
// listen.js's; this one is told of money by it.
(function () {
  'use strict';
  var LOOK_MS = 4000;
  var COPIED_MS = 12000;
  var LOOK_LIMIT_MS = 8000;   // A line that carries nothing answers nothing: then nobody knows.
  var SEND_LIMIT_MS = 20000;
  var SHOWN_MS = 60000;       // So long a paid code is of the customer who stands there.
  var STEADY_MS = 700;        // A finger that still meant what stood there before chooses nothing.
  var TREMBLING_MS = 1500;    // So long each further touch of it puts that off.
  var NEAR_PX = 80;           // So far apart two touches may be of one finger.
  var AGAIN_MS = 6000;        // So long a second touch is waited for.
  var LOOKS = {
    waiting: 'waiting', paid: 'right', late: 'right', underpaid: 'wrong', overpaid: 'wrong',
    duplicate: 'wrong', two_reports: 'attention',
    thousandfold: 'wrong', after_cancel: 'attention', given_back: 'attention'
  };
  var state = window.cho40, lang = document.documentElement.lang;
  var el = state.el, text = state.text, put = state.put, each = state.each, touch = state.touch, load = state.load, save = state.save;
  function on(id, work) { touch(el(id), work); }
  function of(one, name) { return one.getAttribute('data-' + name); }
  function make(tag, said) { var made = document.createElement(tag); made.textContent = said; return made; }
  function region() { try { return JSON.parse(load('cho40.settings')).region; } catch (e) { return 'south'; } }
  // As its button says, where a vendor may choose it.
  var classNames = {};
  each('[data-class]', function (button) { classNames[of(button, 'class')] = button.textContent; });
  function className(name) { return classNames[name] || text('class-' + name.replace('_', '-')); }

  // ------------------------------------------------------------------ asking the server

  // Also where a code or a receipt lies over the page.
  function fail(said) {
    each('.failed', function (one) {
      one.textContent = said || '';
      one.hidden = !said;
    });
  }

  function limited(ms, path, how) {
    var stop = window.AbortController && new AbortController();
    if (stop) { how.signal = stop.signal; }
    return new Promise(function (can, cannot) {
      var timer = setTimeout(function () {
        cannot(new Error('late'));
        if (stop) { stop.abort(); }
      }, ms);
      function over(work) { return function (given) { clearTimeout(timer); work(given); }; }
      fetch(path, how).then(function (answer) {
        return answer.json().then(function (told) { return { ok: answer.ok, told: told }; });
      }).then(over(can), over(cannot));
    });
  }

  // isLook: nobody has pressed anything, so nothing is said of a failure.
  function ask(path, body, isLook) {
    var how = { credentials: 'same-origin', headers: { 'Accept-Language': lang, 'Cho40-Listener': document.body.getAttribute('data-listener') } };
    if (body) {
      how.method = 'POST';
      how.headers['Content-Type'] = 'application/json';
      how.body = JSON.stringify(body);
    }
    return limited(body ? SEND_LIMIT_MS : LOOK_LIMIT_MS, path, how).then(function (answer) {
      var told = answer.told;
      if (answer.ok) {
        if (!isLook) { fail(''); }
        return told;
      }
      if (told.code === 'page-of-other-link') { state.end('moved'); }
      if (told.code === 'pin-needed' || told.code === 'page-not-open') { location.replace('/sap'); }
      if (!isLook) { fail(told.detail); }
      throw told;
    }, function (error) {
      if (!isLook) { fail(text('failed')); }
      throw error;
    });
  }
  function quiet() { /* It was said. */ }

  // ------------------------------------------------------------------ one thing at a time

  function show(tab) {
    if (tab !== 'hear') { guard(); }
    ['hear', 'ask', 'day', 'cash'].forEach(function (name) { el('tab-' + name).hidden = name !== tab; });
    each('nav button', function (button) {
      if (of(button, 'tab') === tab) { button.setAttribute('aria-current', 'page'); } else { button.removeAttribute('aria-current'); }
    });
    fail('');
    showNews();
    if (tab === 'hear') { state.fit(el('amount')); }
    if (tab === 'day') { showDay(); }
    if (tab === 'cash') { showEvening(); }
  }
  each('nav button', function (button) {
    touch(button, function () { show(of(button, 'tab')); });
  });

  // An unsteady finger touches twice, and Enter is pressed twice: what has just come up there takes
  // nothing yet. Another place was aimed at, and Back, which clicks by itself, is meant.
  var steadied = null, cameUpAt = 0, isUnasked = false;
  function move(is) {
    state.isMoving = is;
    // What lies in a frame hears its touches itself.
    each('iframe', function (frame) { frame.style.pointerEvents = is ? 'none' : ''; });
  }
  function calm() {
    clearTimeout(steadied);
    move(true);
    steadied = setTimeout(function () { move(false); }, STEADY_MS);
  }
  // unasked: it has come up by itself, so nobody can have aimed at it anywhere.
  function steady(unasked) {
    cameUpAt = Date.now();
    isUnasked = unasked === true;
    calm();
  }
  var touchedX = 0, touchedY = 0;
  document.addEventListener('click', function (event) {
    var x = event.clientX, y = event.clientY;
    var isThere = isUnasked || !event.detail || Math.abs(x - touchedX) + Math.abs(y - touchedY) < NEAR_PX;
    if (event.isTrusted && state.isMoving && isThere) {
      event.preventDefault();
      event.stopPropagation();
      // It goes on trembling; but nothing is dead for long.
      if (Date.now() - cameUpAt < TREMBLING_MS) { calm(); }
    } else {
      touchedX = x;
      touchedY = y;
    }
  }, true);

  var covered = [];
  function cover(id, unasked) {
    steady(unasked);
    guard();
    covered.push(document.activeElement);
    fail('');
    el(id).hidden = false;
    showNews();
    document.querySelector('main').setAttribute('inert', '');
    el(id).querySelector('button').focus();
    el(id).scrollTop = 0;
  }
  function uncover(id) {
    var before = covered.pop();
    steady();
    el(id).hidden = true;
    fail('');
    showNews();
    if (!covered.length) { document.querySelector('main').removeAttribute('inert'); }
    if (before && before.focus) { before.focus(); }
  }

  // The phone's own Back closes what lies over the page, then leads to the first tab.
  var isGuarded = false;
  function guard() {
    if (!isGuarded) { isGuarded = true; history.pushState(1, ''); }
  }
  window.addEventListener('popstate', function () {
    isGuarded = false;
    var top = { sure: 'sure-back', receipt: 'receipt-done', code: 'code-done', frame: 'frame-done' };
    var open = Object.keys(top).filter(function (id) { return !el(id).hidden; })[0];
    if (open) { el(top[open]).click(); } else if (el('tab-hear').hidden) { show('hear'); }
    if (covered.length || el('tab-hear').hidden) { guard(); }
  });

  // The book and the phones lie over the page, which goes on hearing.
  each('[data-over]', function (link) {
    touch(link, function (event) {
      var frame = make('iframe', '');
      event.preventDefault();
      frame.title = link.textContent;
      frame.src = link.href;
      el('frame').insertBefore(frame, el('frame-done'));
      cover('frame');
    });
  });
  // The tabs move up when the button goes.
  on('sound', steady);
  on('frame-done', function () {
    el('frame').removeChild(el('frame').firstChild);
    uncover('frame');
    showDay();
  });

  function money(vnd) { return String(vnd).replace(/\B(?=(\d{3})+$)/g, '.') + ' đ'; }

  // People leave the thousands out: "50" is mostly 50.000 đ.
  var sureOf = null;
  function sure(said, then) {
    if (!/^\s*[1-9]\d{0,2}\s*$/.test(said)) { then(said); return; }
    var vnd = parseInt(said, 10);
    sureOf = { more: vnd * 1000, less: vnd, then: then };
    put('sure-more', money(sureOf.more));
    put('sure-less', money(sureOf.less));
    cover('sure');
  }
  ['more', 'less'].forEach(function (which) {
    on('sure-' + which, function () {
      uncover('sure');
      sureOf.then(String(sureOf[which]));
    });
  });
  on('sure-back', function () { uncover('sure'); });

  // ------------------------------------------------------------------ money while another tab is open

  var said = { headline: '', amount: '' };
  function showNews() {
    var card = state.card, isOther = card && asked && card.request !== asked.id && card.at >= askedAt;
    el('news').hidden = !card || (covered.length ? el('frame').hidden : !el('tab-hear').hidden);
    if (card) {
      el('news').className = 'news state-' + (card.look || card.tone);
      // What came is not what is lacking, or too much.
      var isUnlike = /^(underpaid|overpaid|duplicate)$/.test(card.kind);
      put('news', said.headline + (isUnlike ? ' · ' + text('came') + ' ' : ' ') + said.amount);
    }
    el('code-news').hidden = !isOther;
    if (isOther) { put('code-news', text('face-other-money') + ' ' + card.amount); }
  }
  on('news', function () { if (!covered.length) { show('hear'); } });
  var wasLive = true;
  state.onRender = function (headline, amount) {
    said = { headline: headline, amount: amount };
    var isLive = state.link === 'live';
    // What came while the line was cut is in the day.
    if (isLive && !wasLive && !el('tab-day').hidden && el('receipt').hidden) { showDay(); }
    wasLive = isLive;
    showNews();
  };

  // An amount stays on the screen, however long it is.
  function putAmount(id, said) {
    put(id, said);
    state.fit(el(id), 2.3);
  }

  // ------------------------------------------------------------------ a code for an amount

  var typed = '', asked = null, askedAt = 0, paidAt = 0, copiedAt = 0, looking = null, isMaking = false;
  var makeLabel = el('ask').textContent, doneLabel = el('code-done').textContent, classLabel = el('receipt-ask').textContent, cashLabel = el('cash-label').textContent;

  function showTyped() { put('typed', /[a-z]/.test(typed) ? typed : money(typed || 0)); }
  function type(key) { if (typed.length < 12 && (typed || /[1-9]/.test(key))) { typed += key; } showTyped(); }
  each('[data-key]', function (button) { touch(button, function () { type(of(button, 'key')); }); });
  each('[data-quick]', function (button) {
    touch(button, function () { typed = of(button, 'quick'); makeCode(); });
  });
  on('rub', function () { typed = typed.replace(/(tr|k|\d)$/, ''); showTyped(); });
  on('ask', function () { sure(typed || '0', function (meant) { typed = meant; makeCode(); }); });

  // Of several accounts, the one that was chosen on this phone.
  var account = el('account');
  if (account) {
    each('#account option', function (one) { one.selected = one.value === load('cho40.account') || one.selected; });
    account.addEventListener('change', function () { save('cho40.account', account.value); });
  }

  function makeCode() {
    if (isMaking) { return; }
    isMaking = true;
    showTyped();
    put('ask', text('ask-making'));
    var said = { amount: typed || '0' }, made = function () { isMaking = false; put('ask', makeLabel); };
    if (account) { said.account_id = account.value; }
    ask('/sap/requests', said).then(function (told) {
      made();
      asked = told;
      // Whoever has gone on meanwhile is not stopped by it.
      if (covered.length || el('tab-ask').hidden) { offer(); } else { openCode(told); }
    }).catch(made);
  }
  function openCode(told) {
    asked = null;
    askedAt = Date.now();
    paidAt = copiedAt = 0;
    left = null;
    cover('code', true);
    showCode(told);
    offer();
  }

  // A code that was closed unpaid can be looked at again.
  var left = null;
  function offer() {
    if (asked && el('code').hidden) { left = asked.svg ? asked : null; }
    el('ask-open').hidden = !left;
    if (left) { put('ask-open', text('ask-open') + ' ' + left.amount); }
  }
  on('ask-open', function () { ask('/sap/requests/' + left.id).then(openCode).catch(quiet); });

  // A phone drops the page while its vendor sends the code: it is there again afterwards.
  function keep(id) { save('cho40.code', id); }
  function comeBack() {
    var id = load('cho40.code');
    if (!id) { return; }
    keep('');
    ask('/sap/requests/' + id, null, true).then(function (told) {
      if (told.svg && el('code').hidden) { openCode(told); }
    }).catch(quiet);
  }

  // As the listening page calls it, where it has a word.
  function headlineOf(key) {
    var same = { paid: 'received', 'expired-unknown': 'unknown' }[key] || key;
    return text('face-' + key) || text('kind-' + same) || text('state-' + same);
  }
  // The rest, which is to be paid or was, after the hint.
  function hintOf(told, key) {
    if (told.is_perhaps && told.face === 'unknown') { return text('face-hint-perhaps'); }
    if (told.face === 'thousandfold') {
      return told.is_more ? text('hint-thousandfold-more').replace(/\.$/, ' ' + told.difference + '.') : text('face-hint-thousandfold');
    }
    var odd = told.odd ? text('face-note-odd').replace('…', told.odd) : '';
    return [text('face-hint-' + key) || text('hint-' + key), told.difference && odd ? told.difference + '.' : told.difference, odd].filter(Boolean).join(' ');
  }

  function showCode(told) {
    var key = told.face.replace('_', '-'), isPaid = told.face === 'paid' || told.face === 'late';
    var isOpen = told.face === 'waiting' || told.face === 'unknown', isOff = told.face === 'thousandfold';
    paidAt = isPaid ? paidAt || Date.now() : 0;
    // The next customer must not be shown what the one before has paid.
    var isPast = isPaid && (told.is_past || Date.now() - paidAt >= SHOWN_MS);
    if (isPast) { key = 'past'; }
    el('code').className = 'over state-' + (isPast ? 'waiting' : LOOKS[told.face] || 'unknown');
    put('code-headline', headlineOf(key));
    // Where another amount came, it is what stands there large.
    putAmount('code-amount', isOff || /underpaid|overpaid|two_reports|after_cancel/.test(told.face) ? told.received : told.amount);
    put('code-words', isOpen ? told[region()] || told.south : isOff ? text('face-asked') + ' ' + told.amount :
      told.paid_at ? text('late') + ' ' + told.paid_at : '');
    // What was done just now can be read to its end.
    put('code-hint', told.face === 'waiting' && Date.now() - copiedAt < COPIED_MS ? text('ask-copied') : hintOf(told, key));
    if (told.svg && (!asked || asked.svg !== told.svg)) { el('code-symbol').innerHTML = told.svg; }
    el('code-symbol').hidden = !told.svg;
    // Whoever goes by keys is left with a button.
    var isLost = !isOpen && el('code-pair').contains(document.activeElement);
    el('code-pair').hidden = !isOpen;
    put('code-done', told.svg ? el('receipt-done').textContent : doneLabel);
    el('code-done').className = told.svg ? 'big quiet' : 'big';
    if (isLost) { el('code-done').focus(); }
    asked = state.asked = told;
    keep(told.svg ? told.id : '');
    showNews();
    clearTimeout(looking);
    looking = setTimeout(look, LOOK_MS);
  }
  function look() {
    if (el('code').hidden || !asked) { return; }
    var id = asked.id;
    ask('/sap/requests/' + id, null, true).then(function (told) {
      if (!el('code').hidden && asked && asked.id === id) { showCode(told); }
    }, function () {
      if (el('code').hidden || !asked || asked.id !== id) { return; }
      // Cut off, nobody knows: what was said last must not accuse who has paid meanwhile.
      if (asked.face === 'waiting') {
        el('code').className = 'over state-unknown';
        put('code-headline', text('state-unknown'));
        put('code-hint', text('hint-cut') + ' ' + text('hint-unknown'));
      } else if (paidAt && Date.now() - paidAt >= SHOWN_MS) {
        showCode(asked);
      }
      clearTimeout(looking);
      looking = setTimeout(look, LOOK_MS);
    });
  }
  on('code-done', function () {
    clearTimeout(looking);
    el('code').hidden = true;
    offer();
    asked = null;
    keep('');
    typed = '';
    showTyped();
    uncover('code');
  });
  on('code-cancel', function () {
    // It may arrive, late or soon: nobody scans it meanwhile.
    clearTimeout(looking);
    el('code-symbol').hidden = true;
    put('code-hint', text('ask-cancelling'));
    looking = setTimeout(look, SEND_LIMIT_MS);
    ask('/sap/requests/' + asked.id + '/cancel', {}).then(showCode).catch(look);
  });
  on('code-send', function () {
    var url = location.origin + asked.path;
    if (navigator.share) { navigator.share({ url: url }).catch(quiet); return; }
    var field = document.createElement('textarea');
    field.value = url;
    el('code').appendChild(field);
    field.select();
    document.execCommand('copy');
    el('code').removeChild(field);
    copiedAt = Date.now();
    put('code-hint', text('ask-copied'));
  });

  // ------------------------------------------------------------------ the day

  var day = null, chosen = null, part = null, surplus = '', armed = null;

  function dayName(name, today) {
    var back = Math.round((Date.parse(today) - Date.parse(name)) / 86400000);
    return back === 0 ? text('day-today') : back === 1 ? text('day-yesterday') : name.slice(8) + '/' + name.slice(5, 7);
  }
  function row(left, right) {
    var made = document.createElement('li');
    made.appendChild(make('span', left));
    made.appendChild(make('b', right));
    return made;
  }

  // Where no source is proven alive, what it has told is not all.
  function unsure(told) {
    var unknown = state.source && state.source.state === 'unknown' ? text('state-unknown') + ' – ' + text('hint-unknown') : '';
    return [told, unknown].filter(Boolean).join(' · ');
  }

  function showDay() {
    ask('/sap/day' + (day ? '?day=' + day : '')).then(function (told) {
      put('day-name', dayName(told.day, told.today));
      putAmount('day-sum', told.received);
      el('day-beyond').hidden = !told.beyond;
      put('day-beyond', text('day-beyond') + ' ' + told.beyond);
      put('day-count', unsure(told.count ? told.count + ' ' + text('day-times') : '') || text('day-none'));
      // Whoever chose by keys stays where they were.
      var buttons = el('receipts').getElementsByTagName('button');
      var place = Array.prototype.indexOf.call(buttons, document.activeElement);
      el('days').textContent = el('day-classes').textContent = el('receipts').textContent = el('week').textContent = '';
      told.week.forEach(function (one) {
        var button = make('button', dayName(one.day, told.today));
        button.type = 'button';
        button.setAttribute('aria-pressed', String(one.day === told.day));
        touch(button, function () { day = one.day; showDay(); });
        el('days').appendChild(button);
        el('week').appendChild(row(dayName(one.day, told.today), one.amount));
      });
      told.classes.forEach(function (one) { el('day-classes').appendChild(row(className(one['class']), one.amount)); });
      if (told.small) { el('day-classes').appendChild(row(text('day-small'), told.small)); }
      told.receipts.forEach(function (one) { el('receipts').appendChild(receipt(one)); });
      if (buttons[place]) { buttons[place].focus(); }
      if (told.is_cut) { el('receipts').appendChild(make('li', text('day-cut'))); }
      state.day = told;
    }).catch(function () { put('day-count', text('state-unknown') + ' – ' + text('hint-unknown')); });
  }

  function says(one) {
    return (one.mark ? [text('kind-' + one.mark.replace('_', '-')), one.beyond].filter(Boolean).join(' ') + ' · ' : '') + one.parts.map(function (part) {
      return className(part['class']) + (one.parts.length > 1 ? ' ' + part.amount : '') + (part.is_small ? ' · ' + text('day-small') : '');
    }).join(' + ') + (one.given_back ? ' · ' + className('refund') + ' ' + one.given_back : '') + (one.decided ? ' · ' + text('day-decided') + ' ' + one.decided : '');
  }

  function receipt(one) {
    var made = document.createElement('li'), button = document.createElement('button');
    button.type = 'button';
    button.appendChild(make('span', one.time + (one.payer ? ' · ' + one.payer : '')));
    button.appendChild(make('b', one.amount));
    button.appendChild(make('small', says(one)));
    if (one.proposed) { button.appendChild(make('small', one.proposed.said)); }
    touch(button, function () {
      chosen = one;
      surplus = one.surplus;
      el('part').value = '';
      put('receipt-is', [says(one), one.proposed && one.proposed.said].filter(Boolean).join('. '));
      each('[data-class]', function (button) { button.className = one.proposed && one.proposed['class'] === of(button, 'class') ? 'maybe' : ''; });
      stage('whole');
      cover('receipt');
      putAmount('receipt-amount', one.amount);
    });
    made.appendChild(button);
    return made;
  }

  on('receipt-done', function () { uncover('receipt'); });
  // Of what is asked: all of it, a part, or what a part leaves.
  var asks = 'whole';
  function stage(now) {
    armed = clearTimeout(armed);
    asks = now;
    steady();
    fail('');
    el('split').hidden = now !== 'part';
    el('receipt-ask').hidden = now === 'part';
    el('receipt-split').hidden = now !== 'whole';
    put('receipt-ask', now === 'rest' ? text('receipt-rest') : classLabel);
    el('receipt-sale').hidden = now === 'rest';
    put('receipt-refund', [className('refund'), now === 'whole' && surplus].filter(Boolean).join(' '));
  }
  on('receipt-split', function () {
    stage('part');
    el('part').focus();
  });
  function decide(said) {
    ask('/sap/receipts/' + chosen.id, said).then(function () {
      uncover('receipt');
      showDay();
    }).catch(function () {
      var why = el('failed').textContent;
      if (said.part) { stage('part'); }
      fail(why);
    });
  }
  each('[data-class]', function (button) {
    touch(button, function () {
      var name = of(button, 'class');
      // What came too much is given back, not what was bought, and the rest stays what it was.
      if (asks === 'whole' && name === 'refund' && surplus) {
        decide({ part: { 'class': name, amount: surplus.replace(/\D/g, '') } });
        return;
      }
      // All of it may have been goods.
      if (asks === 'whole' && name === 'refund' && !armed) {
        steady();
        armed = setTimeout(function () { stage(asks); }, AGAIN_MS);
        put('receipt-refund', [text('cash-again'), className(name), chosen.amount].join(' '));
        return;
      }
      if (asks === 'whole') { decide({ 'class': name }); return; }
      if (asks === 'rest') { decide({ 'class': name, part: part }); return; }
      if (!el('part').value.trim()) {
        fail(text('receipt-part-missing'));
        el('part').focus();
        return;
      }
      sure(el('part').value, function (meant) {
        el('part').value = meant;
        part = { 'class': name, amount: meant };
        // The rest is goods, as the page says; where the part is that, nobody has said what the rest is.
        if (name === 'sale') { stage('rest'); } else { decide({ 'class': 'sale', part: part }); }
      });
    });
  });

  el('year').addEventListener('toggle', function () {
    if (!el('year').open) { return; }
    ask('/sap/year').then(function (told) {
      el('year-is').innerHTML = told.html;
      put('year-more', unsure(el('year-more').textContent));
      state.fit(el('year-sum'), 2.3);
    }).catch(quiet);
  });

  on('lock', function () {
    ask('/sap/lock', {}).then(function () {
      // The book in another tab hears nothing else.
      save('cho40.locked', String(Date.now()));
      location.replace('/sap');
    }).catch(quiet);
  });

  // ------------------------------------------------------------------ the evening's cash

  var evening = null, today = '', isYesterday = false, rests = [];
  function yesterday() { return new Date(Date.parse(today) - 86400000).toISOString().slice(0, 10); }
  function dayAndDate(name) { return dayName(name, today) + ' ' + name.slice(8) + '/' + name.slice(5, 7); }

  function showEvening(told) {
    if (!told) {
      var before = evening;
      // The server knows which day it is; what was answered meanwhile is newer.
      ask('/sap/evening').then(function (now) {
        today = now.day;
        return isYesterday ? ask('/sap/evening?day=' + yesterday()) : now;
      }).then(function (now) { if (evening === before) { showEvening(now); } }).catch(quiet);
      return;
    }
    // What was asked was of another day, or of another answer.
    if (evening && (evening.day !== told.day || JSON.stringify(evening.answer) !== JSON.stringify(told.answer))) {
      rests.forEach(function (rest) { rest(); });
    }
    evening = state.evening = told;
    isYesterday = told.day !== today;
    var answer = told.answer;
    each('[data-evening]', function (button) {
      var isOfYesterday = of(button, 'evening') === 'yesterday';
      button.textContent = dayAndDate(isOfYesterday ? yesterday() : today);
      button.setAttribute('aria-pressed', String(isOfYesterday === isYesterday));
    });
    put('cash-label', isYesterday ? text('cash-cash-yesterday') : cashLabel);
    el('cash-transfer').hidden = !told.asks_transfers;
    el('cash-state').hidden = !answer;
    if (answer) {
      put('cash-state', dayAndDate(told.day) + '. ' + (answer.kind !== 'sold' ?
        text(answer.kind === 'day_off' ? 'cash-day-off' : 'cash-declined') :
        text('cash-kept') + ' ' + money(answer.cash_vnd) +
          (answer.transfer_vnd === null ? '' : ', ' + text('cash-kept-transfer') + ' ' + money(answer.transfer_vnd))));
    }
  }
  each('[data-evening]', function (button) {
    touch(button, function () {
      isYesterday = of(button, 'evening') === 'yesterday';
      el('cash').value = el('transfer').value = '';
      showEvening();
    });
  });
  var isAnswering = false;
  function answer(said) {
    said.day = evening.day;
    isAnswering = true;
    ask('/sap/cash', said).then(function (told) {
      // A second touch on the button would send a form that is empty now.
      steady();
      isAnswering = false;
      el('cash').value = el('transfer').value = '';
      showEvening(told);
    }).catch(function () { isAnswering = false; });
  }
  el('cash-form').addEventListener('submit', function (event) {
    event.preventDefault();
    if (!evening || isAnswering) { return; }
    sure(el('cash').value, function (cash) {
      el('cash').value = cash;
      sure(evening.asks_transfers ? el('transfer').value : '', function (transfer) {
        var said = { kind: 'sold', cash: cash };
        if (transfer) { said.transfer = transfer; }
        answer(said);
      });
    });
  });
  // One touch too many would take the amount away, and tell the market of a day off.
  each('[data-cash]', function (button) {
    var label = button.textContent, timer = null;
    function rest() { timer = clearTimeout(timer); button.textContent = label; }
    rests.push(rest);
    touch(button, function () {
      if (timer && evening) { rest(); answer({ kind: of(button, 'cash') }); return; }
      steady();
      timer = setTimeout(rest, AGAIN_MS);
      button.textContent = text('cash-again') + ' ' + label;
    });
  });

  // ------------------------------------------------------------------ money that comes meanwhile

  state.onMoney = function () {
    if (!el('code').hidden) { look(); }
    if (!el('tab-day').hidden && el('receipt').hidden) { showDay(); }
  };

  // The page says why it is closed, and shows nothing any more.
  state.onEnded = function (why) {
    if (why !== 'moved') {
      // The phone's other tabs show nothing any more, either.
      save('cho40.locked', String(Date.now()));
      location.replace('/sap');
      return;
    }
    // Another stall's page must not take this one's place unseen.
    ['code', 'receipt', 'sure', 'frame'].forEach(function (id) { el(id).hidden = true; });
    document.querySelector('main').removeAttribute('inert');
    document.querySelector('nav').hidden = true;
    covered = [];
    asked = null;
    show('hear');
  };

  comeBack();
})();
