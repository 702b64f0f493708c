// What a customer pays: asked for by this script, so that a preview of the link shows nothing.
(function () {
  'use strict';
  var OPEN_MS = 3000, ENDED_MS = 15000;
  var LIMIT_MS = 8000;   // A line that carries nothing answers nothing: then nobody knows.
  var texts = document.getElementById('texts'), path = location.pathname + '/now', shown = '';
  function el(id) { return document.getElementById(id); }
  function text(key) { return texts.getAttribute('data-' + key) || ''; }
  // An amount's đ never stands alone on the next line.
  function put(id, said) {
    said = said.replace(/(\d) đ/g, '$1\u00a0đ');
    if (el(id).textContent !== said) { el(id).textContent = said; }
  }

  // The largest type that an amount of any length fits in.
  function fit(element) {
    for (var size = 3; size > 1.2; size -= 0.2) {
      element.style.fontSize = size + 'rem';
      if (element.scrollWidth <= element.clientWidth) { return; }
    }
  }

  var LOOKS = { waiting: 'waiting', unknown: 'waiting', paid: 'right', late: 'right', expired: 'unknown', expired_unknown: 'unknown', given_back: 'unknown', cancelled: 'unknown' };

  function show(payment) {
    // Money came that may be this payment: nobody shall pay again before the vendor has looked.
    var face = payment.is_perhaps ? 'expired_unknown' : payment.face, key = 'pay-' + face.replace(/_/g, '-');
    el('state').className = 'card state-' + (LOOKS[face] || 'attention');
    put('headline', text(key));
    put('amount', payment.amount);
    fit(el('amount'));
    put('words', payment.south);
    put('hint', [payment.asked && text('pay-asked') + ' ' + payment.asked, payment.received && text('pay-got') + ' ' + payment.received]
      .filter(Boolean).join('. '));
    el('to').hidden = !payment.to;
    var code = location.pathname + '/code.png?' + payment.amount.replace(/[^0-9]/g, '');
    if (payment.to && shown !== code) {
      shown = el('symbol').src = el('save').href = code;
      ['holder_name', 'bank', 'number', 'memo'].forEach(function (name) { put(name, payment.to[name]); });
    }
    window.cho40 = payment;
    setTimeout(ask, payment.to ? OPEN_MS : ENDED_MS);
  }

  // Nobody knows now: who has paid meanwhile must not be asked again.
  function cut() {
    el('state').className = 'card state-unknown';
    put('headline', text('pay-cut'));
    put('hint', text('hint-cut'));
    el('to').hidden = true;
    setTimeout(ask, OPEN_MS);
  }

  function ask() {
    // Nobody looks: it is asked again when somebody does.
    if (document.hidden) { setTimeout(ask, OPEN_MS); return; }
    var how = { headers: { 'Accept-Language': document.documentElement.lang } }, isOver = false;
    var stop = window.AbortController && new AbortController();
    if (stop) { how.signal = stop.signal; }
    function once(work) {
      return function (given) {
        if (isOver) { return; }
        isOver = true;
        clearTimeout(timer);
        work(given);
      };
    }
    var failed = once(cut);
    var timer = setTimeout(function () {
      failed();
      if (stop) { stop.abort(); }
    }, LIMIT_MS);
    fetch(path, how).then(function (answer) {
      return answer.json().then(once(function (told) {
        if (answer.ok) { show(told); return; }
        el('state').className = 'card state-unknown';
        put('headline', told.detail);
        ['amount', 'words', 'hint'].forEach(function (id) { put(id, ''); });
        el('to').hidden = true;
        if (answer.status !== 404) { setTimeout(ask, OPEN_MS); }
      }));
    }).catch(failed);
  }

  ask();
})();
