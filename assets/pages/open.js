// Opens a link: gives its token for a cookie when the button is pressed, and takes it out of the address then.
// Until then it stays there: whoever reloads, or leaves a chat's browser for the phone's own, comes back to it.
(function () {
  'use strict';
  var form = document.getElementById('open');
  var failed = document.getElementById('failed');
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
