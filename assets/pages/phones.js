// The vendor's six digits are changed, and other phones are asked for them again.
(function () {
  'use strict';
  var body = document.body, form = document.getElementById('change');
  function el(id) { return document.getElementById(id); }
  function tell(id, said) {
    el('failed').hidden = el('done').hidden = true;
    el(id).textContent = said;
    el(id).hidden = false;
    window.scrollTo(0, 0);
  }

  function send(path, said, done) {
    return fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', 'Accept-Language': document.documentElement.lang, 'Cho40-Listener': body.getAttribute('data-listener') },
      body: JSON.stringify(said)
    }).then(function (answer) {
      if (answer.ok) { done(); return null; }
      return answer.json().then(function (problem) {
        // Locked meanwhile, on another phone.
        if (problem.code === 'pin-needed' || problem.code === 'page-not-open') { window.parent.location.replace('/sap'); }
        tell('failed', problem.detail);
      });
    }).catch(function () { tell('failed', body.getAttribute('data-failed')); });
  }

  form.addEventListener('submit', function (event) {
    event.preventDefault();
    if (el('again').value !== el('digits').value) { tell('failed', body.getAttribute('data-differ')); return; }
    send('/sap/pin/change', { pin: el('old').value, new_pin: el('digits').value }, function () {
      form.reset();
      Array.prototype.forEach.call(document.querySelectorAll('[data-lock]'), function (button) { button.hidden = true; });
      tell('done', body.getAttribute('data-changed'));
    });
  });

  Array.prototype.forEach.call(document.querySelectorAll('[data-lock]'), function (button) {
    button.addEventListener('click', function () {
      send('/sap/phones/' + button.getAttribute('data-lock') + '/lock', {}, function () { location.reload(); });
    });
  });
})();
