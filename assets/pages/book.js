// The book, and the page of the phones, close with the vendor's page: in every tab of the phone at once,
// and elsewhere as soon as they are seen. Nothing else of the book needs a script. Over the vendor's
// page, which has a button of its own, they need no way back.
(function () {
  'use strict';
  if (window.parent !== window) { document.getElementById('back').hidden = true; }
  function look() {
    if (document.hidden || !window.fetch) { return; }
    fetch('/sap/evening', { credentials: 'same-origin' }).then(function (answer) {
      if (answer.status === 403) { window.parent.location.replace('/sap'); }
    }, function () { /* Without a network it stays what it is. */ });
  }
  window.addEventListener('storage', function (event) {
    if (event.key === 'cho40.locked') { window.parent.location.replace('/sap'); }
  });
  document.addEventListener('visibilitychange', look);
  window.addEventListener('pageshow', function (event) { if (event.persisted) { look(); } });
})();
