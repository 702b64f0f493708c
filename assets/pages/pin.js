// The six digits before the vendor's page: chosen twice, or entered once.
(function () {
  'use strict';
  // Closed meanwhile: the whole page asks for the digits, not what lay over it.
  if (window.parent !== window) { window.parent.location.replace('/sap'); }
  var body = document.body, form = document.getElementById('pin'), failed = document.getElementById('failed');
  var digits = document.getElementById('digits'), again = document.getElementById('again');

  function fail(said) {
    failed.textContent = said;
    failed.hidden = false;
    digits.value = '';
    if (again) { again.value = ''; }
    digits.focus();
  }

  form.addEventListener('submit', function (event) {
    event.preventDefault();
    if (again && again.value !== digits.value) { fail(body.getAttribute('data-differ')); return; }
    var button = form.querySelector('button');
    var failing = function () { button.disabled = false; fail(body.getAttribute('data-failed')); };
    button.disabled = true;
    failed.hidden = true;
    fetch(again ? '/sap/pin/new' : '/sap/pin', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', 'Accept-Language': document.documentElement.lang },
      body: JSON.stringify({ pin: digits.value })
    }).then(function (answer) {
      if (answer.ok) { location.replace('/sap'); return null; }
      return answer.json().then(function (problem) {
        // Another phone has chosen them meanwhile, or the page is open already.
        if (problem.code === 'pin-chosen-already' || problem.code === 'page-open-already') { location.reload(); }
        button.disabled = false;
        fail(problem.detail);
      });
    }).catch(failing);
  });
})();
