// The book is closed with the vendor's page: in every tab of the phone at once, and elsewhere as soon
// as it is seen. Nothing else of it needs a script.
(function () {
  'use strict';
  function look() {
    if (document.hidden || !window.fetch) { return; }
    fetch('/sap/evening', { credentials: 'same-origin' }).then(function (answer) {
      if (answer.status === 403) { location.replace('/sap'); }
    }, function () { /* Without a network it stays what it is. */ });
  }
  window.addEventListener('storage', function (event) {
    if (event.key === 'cho40.locked') { location.replace('/sap'); }
  });
  document.addEventListener('visibilitychange', look);
  window.addEventListener('pageshow', function (event) { if (event.persisted) { look(); } });
})();
