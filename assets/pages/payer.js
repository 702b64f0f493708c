// What a customer pays: asked for by this script, so that a preview of the link shows nothing.
(function () {
  'use strict';
  var OPEN_MS = 3000, ENDED_MS = 15000;
  var texts = document.getElementById('texts'), path = location.pathname + '/now', shown = '';
  function el(id) { return document.getElementById(id); }
  function text(key) { return texts.getAttribute('data-' + key) || ''; }
  function put(id, said) { if (el(id).textContent !== said) { el(id).textContent = said; } }

  // The largest type that an amount of any length fits in.
  function fit(element) {
    for (var size = 3; size > 1.2; size -= 0.2) {
      element.style.fontSize = size + 'rem';
      if (element.scrollWidth <= element.clientWidth) { return; }
    }
  }

  var LOOKS = { waiting: 'waiting', unknown: 'waiting', paid: 'right', late: 'right', expired: 'unknown', given_back: 'unknown', cancelled: 'unknown' };

  function show(payment) {
    var face = payment.face, key = 'pay-' + face.replace('_', '-');
    el('state').className = 'card state-' + (LOOKS[face] || 'attention');
    put('headline', text(key));
    put('amount', payment.amount);
    fit(el('amount'));
    put('words', payment.south);
    put('hint', payment.difference || '');
    el('to').hidden = !payment.to;
    if (payment.to && !shown) {
      shown = el('symbol').src = el('save').href = location.pathname + '/code.png';
      ['holder_name', 'bank', 'number', 'memo'].forEach(function (name) { put(name, payment.to[name]); });
    }
    window.cho40 = payment;
    setTimeout(ask, payment.to ? OPEN_MS : ENDED_MS);
  }

  function ask() {
    // Nobody looks: it is asked again when somebody does.
    if (document.hidden) { setTimeout(ask, OPEN_MS); return; }
    fetch(path, { headers: { 'Accept-Language': document.documentElement.lang } }).then(function (answer) {
      return answer.json().then(function (told) {
        if (answer.ok) { show(told); return; }
        el('state').className = 'card state-unknown';
        put('headline', told.detail);
        ['amount', 'words', 'hint'].forEach(function (id) { put(id, ''); });
        el('to').hidden = true;
        if (answer.status !== 404) { setTimeout(ask, OPEN_MS); }
      });
    }).catch(function () {
      el('state').className = 'card state-unknown';
      put('headline', text('link-cut'));
      setTimeout(ask, OPEN_MS);
    });
  }

  ask();
})();
