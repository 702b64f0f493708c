// The vendor's own page: codes for amounts, the day's money, the evening's cash. Hearing is
// listen.js's; this one is told of money by it.
(function () {
  'use strict';
  var LOOK_MS = 4000;
  var LOOKS = {
    waiting: 'waiting', unknown: 'unknown', paid: 'right', late: 'right', expired: 'unknown',
    cancelled: 'unknown', underpaid: 'wrong', overpaid: 'wrong', duplicate: 'wrong',
    two_reports: 'attention', thousandfold: 'wrong', after_cancel: 'attention', given_back: 'attention', expired_unknown: 'unknown'
  };
  var texts = document.getElementById('texts'), lang = document.documentElement.lang;
  function el(id) { return document.getElementById(id); }
  function text(key) { return texts.getAttribute('data-' + key) || ''; }
  function put(id, said) { if (el(id).textContent !== said) { el(id).textContent = said; } }
  function each(selector, work) { Array.prototype.forEach.call(document.querySelectorAll(selector), work); }
  function make(tag, said) { var made = document.createElement(tag); made.textContent = said; return made; }
  function region() { try { return JSON.parse(localStorage.getItem('cho40.settings')).region; } catch (e) { return 'south'; } }
  function className(name) { return text('class-' + name.replace('_', '-')); }

  // ------------------------------------------------------------------ asking the server

  function fail(said) { put('failed', said || ''); el('failed').hidden = !said; }

  function ask(path, body) {
    var how = { credentials: 'same-origin', headers: { 'Accept-Language': lang } };
    if (body) {
      how.method = 'POST';
      how.headers['Content-Type'] = 'application/json';
      how.body = JSON.stringify(body);
    }
    return fetch(path, how).then(function (answer) {
      return answer.json().then(function (told) {
        if (answer.ok) { fail(''); return told; }
        if (told.code === 'pin-needed' || told.code === 'page-not-open') { location.replace('/sap'); }
        fail(told.detail);
        throw told;
      });
    }, function (error) { fail(text('failed')); throw error; });
  }
  function quiet() { /* It was said. */ }

  // ------------------------------------------------------------------ one thing at a time

  function open(tab) {
    ['hear', 'ask', 'day', 'cash'].forEach(function (name) { el('tab-' + name).hidden = name !== tab; });
    each('nav button', function (button) {
      if (button.getAttribute('data-tab') === tab) { button.setAttribute('aria-current', 'page'); } else { button.removeAttribute('aria-current'); }
    });
    fail('');
    if (tab === 'day') { showDay(); }
    if (tab === 'cash') { showEvening(); }
  }
  each('nav button', function (button) {
    button.addEventListener('click', function () { open(button.getAttribute('data-tab')); });
  });

  var before = null;
  function cover(id) {
    before = document.activeElement;
    el(id).hidden = false;
    document.querySelector('main').setAttribute('inert', '');
    el(id).querySelector('button').focus();
  }
  function uncover(id) {
    el(id).hidden = true;
    document.querySelector('main').removeAttribute('inert');
    if (before && before.focus) { before.focus(); }
  }

  // ------------------------------------------------------------------ a code for an amount

  var typed = '', asked = null, looking = null;

  function showTyped() { put('typed', typed ? (/[a-z]/.test(typed) ? typed : typed.replace(/\B(?=(\d{3})+$)/g, '.') + ' đ') : '0 đ'); }
  function type(key) { if (typed.length < 12 && (typed || /[1-9]/.test(key))) { typed += key; } showTyped(); }
  each('[data-key]', function (button) { button.addEventListener('click', function () { type(button.getAttribute('data-key')); }); });
  each('[data-quick]', function (button) {
    button.addEventListener('click', function () { typed = button.getAttribute('data-quick'); makeCode(); });
  });
  el('rub').addEventListener('click', function () { typed = typed.replace(/(tr|k|\d)$/, ''); showTyped(); });
  el('ask').addEventListener('click', makeCode);

  // Of several accounts, the one that was chosen on this phone.
  var account = el('account');
  if (account) {
    try {
      var kept = localStorage.getItem('cho40.account');
      each('#account option', function (one) { one.selected = one.value === kept || one.selected; });
    } catch (e) { /* The main one holds. */ }
    account.addEventListener('change', function () {
      try { localStorage.setItem('cho40.account', account.value); } catch (e) { /* Kept as long as the page. */ }
    });
  }

  function makeCode() {
    showTyped();
    var said = { amount: typed || '0' };
    if (account) { said.account_id = account.value; }
    ask('/sap/requests', said).then(function (told) {
      asked = null;
      cover('code');
      showCode(told);
    }).catch(quiet);
  }

  function showCode(told) {
    var key = told.face.replace('_', '-'), hint = text('face-hint-' + key);
    var isPayable = !!told.svg;
    el('code').className = 'over state-' + (LOOKS[told.face] || 'unknown');
    put('code-headline', text('face-' + key));
    // A thousand times off, what was asked must not stand there as if it had come.
    var isOff = told.face === 'thousandfold';
    put('code-amount', isOff ? '' : told.face === 'underpaid' || told.face === 'two_reports' || told.face === 'overpaid' ? told.received : told.amount);
    put('code-words', isPayable ? told[region()] || told.south : isOff ? text('face-asked') + ' ' + told.amount : '');
    put('code-hint', hint + (told.difference ? ' ' + told.difference : ''));
    if (isPayable && (!asked || asked.svg !== told.svg)) { el('code-symbol').innerHTML = told.svg; }
    el('code-symbol').hidden = !isPayable;
    el('code-send').hidden = el('code-cancel').hidden = !isPayable;
    asked = told;
    if (window.cho40) { window.cho40.asked = told; }
    clearTimeout(looking);
    looking = setTimeout(look, LOOK_MS);
  }
  function look() {
    if (el('code').hidden || !asked) { return; }
    ask('/sap/requests/' + asked.id).then(function (told) {
      if (!el('code').hidden && asked && asked.id === told.id) { showCode(told); }
    }).catch(function () {
      // Cut off, nobody knows: what was said last must not accuse who has paid meanwhile.
      if (asked && asked.face === 'waiting') {
        el('code').className = 'over state-unknown';
        put('code-headline', text('face-unknown'));
        put('code-hint', text('hint-cut') + ' ' + text('face-hint-unknown'));
      }
      clearTimeout(looking);
      looking = setTimeout(look, LOOK_MS);
    });
  }
  el('code-done').addEventListener('click', function () {
    clearTimeout(looking);
    asked = null;
    typed = '';
    showTyped();
    uncover('code');
  });
  el('code-cancel').addEventListener('click', function () {
    ask('/sap/requests/' + asked.id + '/cancel', {}).then(showCode).catch(quiet);
  });
  el('code-send').addEventListener('click', function () {
    var url = location.origin + asked.path;
    if (navigator.share) { navigator.share({ url: url }).catch(quiet); return; }
    var field = document.createElement('textarea');
    field.value = url;
    el('code').appendChild(field);
    field.select();
    document.execCommand('copy');
    el('code').removeChild(field);
    put('code-hint', text('ask-copied'));
  });

  // ------------------------------------------------------------------ the day

  var day = null, chosen = null, splits = false;

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

  function showDay() {
    ask('/sap/day' + (day ? '?day=' + day : '')).then(function (told) {
      put('day-name', dayName(told.day, told.today));
      put('day-sum', told.received);
      put('day-count', told.count ? told.count + ' ' + text('day-times') : text('day-none'));
      el('days').textContent = el('day-classes').textContent = el('receipts').textContent = el('week').textContent = '';
      told.week.forEach(function (one) {
        var button = make('button', dayName(one.day, told.today));
        button.type = 'button';
        button.setAttribute('aria-pressed', String(one.day === told.day));
        button.addEventListener('click', function () { day = one.day; showDay(); });
        el('days').appendChild(button);
        el('week').appendChild(row(dayName(one.day, told.today), one.amount));
      });
      told.classes.forEach(function (one) { el('day-classes').appendChild(row(className(one['class']), one.amount)); });
      told.receipts.forEach(function (one) { el('receipts').appendChild(receipt(one)); });
      if (told.is_cut) { el('receipts').appendChild(make('li', text('day-cut'))); }
      if (window.cho40) { window.cho40.day = told; }
    }).catch(quiet);
  }

  function says(one) {
    return one.parts.map(function (part) {
      return className(part['class']) + (one.parts.length > 1 ? ' ' + part.amount : '');
    }).join(' + ') + (one.decided ? ' · ' + text('day-decided') + ' ' + one.decided : '');
  }

  function receipt(one) {
    var made = document.createElement('li'), button = document.createElement('button');
    button.type = 'button';
    button.appendChild(make('span', one.time + (one.payer ? ' · ' + one.payer : '')));
    button.appendChild(make('b', one.amount));
    button.appendChild(make('small', says(one)));
    button.addEventListener('click', function () {
      chosen = one;
      splits = false;
      el('split').hidden = true;
      el('receipt-split').hidden = el('receipt-ask').hidden = false;
      el('receipt-is').className = '';
      el('part').value = '';
      put('receipt-amount', one.amount);
      put('receipt-is', says(one));
      cover('receipt');
    });
    made.appendChild(button);
    return made;
  }

  el('receipt-done').addEventListener('click', function () { uncover('receipt'); });
  el('receipt-split').addEventListener('click', function () {
    splits = true;
    el('split').hidden = false;
    el('receipt-split').hidden = el('receipt-ask').hidden = true;
    el('part').focus();
  });
  each('[data-class]', function (button) {
    button.addEventListener('click', function () {
      var name = button.getAttribute('data-class');
      // Of a split, the part is what is touched and the rest stays what it was: goods, mostly.
      var rest = name === 'sale' ? 'cash_out' : 'sale';
      var said = splits && el('part').value ? { 'class': rest, part: { 'class': name, amount: el('part').value } } : { 'class': name };
      ask('/sap/receipts/' + chosen.id, said).then(function () {
        uncover('receipt');
        showDay();
      }).catch(function () {
        el('receipt-is').className = 'warn';
        put('receipt-is', el('failed').textContent);
      });
    });
  });

  el('year').addEventListener('toggle', function () {
    if (!el('year').open) { return; }
    ask('/sap/year').then(function (told) {
      put('year-sum', told.received);
      put('year-more', told.unclassified_vnd ? text('year-more') + ' ' + told.unclassified : '');
      el('year-meter').hidden = !told.threshold;
      if (told.threshold) {
        el('year-meter').value = Math.max(0, Math.min(100, told.threshold.percent));
        put('year-of', told.threshold.percent + ' % ' + text('year-of') + ' ' + told.threshold.amount + ' (' + told.threshold.source + ')');
      }
    }).catch(quiet);
  });

  el('lock').addEventListener('click', function () {
    ask('/sap/lock', {}).then(function () { location.replace('/sap'); }).catch(quiet);
  });

  // ------------------------------------------------------------------ the evening's cash

  var evening = null;
  function money(vnd) { return String(vnd).replace(/\B(?=(\d{3})+$)/g, '.') + ' đ'; }

  function showEvening(told) {
    if (!told) {
      var before = evening;
      // What was answered meanwhile is newer.
      ask('/sap/evening').then(function (now) { if (evening === before) { showEvening(now); } }).catch(quiet);
      return;
    }
    evening = told;
    var answer = told.answer;
    el('cash-transfer').hidden = !told.asks_transfers;
    el('cash-state').hidden = !answer;
    if (answer) {
      put('cash-state', answer.kind === 'sold' ? text('cash-kept') + ' ' + money(answer.cash_vnd) :
        text(answer.kind === 'day_off' ? 'cash-day-off' : 'cash-declined'));
    }
    if (window.cho40) { window.cho40.evening = told; }
  }
  function answer(said) {
    said.day = evening.day;
    ask('/sap/cash', said).then(function (told) {
      el('cash').value = el('transfer').value = '';
      showEvening(told);
    }).catch(quiet);
  }
  el('cash-form').addEventListener('submit', function (event) {
    event.preventDefault();
    var said = { kind: 'sold', cash: el('cash').value };
    if (evening.asks_transfers && el('transfer').value) { said.transfer = el('transfer').value; }
    if (evening) { answer(said); }
  });
  each('[data-cash]', function (button) {
    button.addEventListener('click', function () { if (evening) { answer({ kind: button.getAttribute('data-cash') }); } });
  });

  // ------------------------------------------------------------------ money that comes meanwhile

  if (window.cho40) {
    window.cho40.onMoney = function () {
      if (!el('code').hidden) { look(); }
      if (!el('tab-day').hidden && el('receipt').hidden) { showDay(); }
    };
  }
})();
