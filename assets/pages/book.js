// The book, and the page of the phones, close with the vendor's page: in every tab of the phone at once,
// and where they are open alone by looking whether they may be. Nothing else of the book needs a script.
// Over the vendor's page, which has a button of its own, they need no way back.
(function () {
  'use strict';
  var LOOK_MS = 10000;
  var listener = document.body.getAttribute('data-listener'), isOver = window.parent !== window;
  if (isOver) { document.getElementById('back').hidden = true; }
  function leave() { window.parent.location.replace('/sap'); }
  // The browser has opened another link: its stall's page must not come here unseen. The vendor's page
  // says it for what lies over it.
  function move() {
    if (isOver) { return; }
    document.getElementById('moved').hidden = false;
    document.querySelector('main').hidden = true;
  }
  function look() {
    if (document.hidden || !window.fetch) { return; }
    fetch('/sap/evening', { credentials: 'same-origin', headers: { 'Cho40-Listener': listener } }).then(function (answer) {
      if (answer.status !== 403) { return null; }
      return answer.json().then(function (told) {
        if (told.code === 'page-of-other-link') { move(); } else { leave(); }
      });
    }).catch(function () { /* Without a network it stays what it is. */ });
  }
  window.addEventListener('storage', function (event) {
    if (event.key === 'cho40.locked') { leave(); }
    if (event.key === 'cho40.opened' && event.newValue && event.newValue !== listener) { move(); }
  });
  document.addEventListener('visibilitychange', look);
  if (!isOver) { setInterval(look, LOOK_MS); }
  window.addEventListener('pageshow', function (event) { if (event.persisted) { look(); } });
})();
