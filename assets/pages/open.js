// Opens a link: takes its token out of the address, and gives it for a cookie when the button is
// pressed.
(function () {
  'use strict';
  var form = document.getElementById('open');
  var failed = document.getElementById('failed');
  // The other language is asked for by the link itself, which then leaves the address again.
  var other = document.querySelector('a[lang]');
  other.href = location.pathname + '?lang=' + other.lang;
  try { history.replaceState(null, '', '/nghe'); } catch (e) { /* It stays in the address then. */ }
  if (!window.fetch) { return; }
  form.addEventListener('submit', function (event) {
    event.preventDefault();
    var button = form.querySelector('button');
    var failing = function () { failed.hidden = false; button.disabled = false; };
    button.disabled = true;
    failed.hidden = true;
    // By fetch and not by the form: without TLS only this sends where the page is from.
    fetch('/nghe/open', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'token=' + encodeURIComponent(form.elements.token.value)
    }).then(function (answer) {
      if (answer.ok) { location.replace('/nghe'); } else { failing(); }
    }, failing);
  });
})();
