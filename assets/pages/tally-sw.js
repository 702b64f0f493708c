// Keeps the tally page and what it loads, so that it opens without a network. The server puts FILES and
// the strict mode before this.
var PAGE = '/ql/dem';
var CACHE = 'cho40-dem';
var PATIENCE_MS = 4000;   // A line that carries nothing: the page as it was kept.

function kept(path) {
  return caches.match(path, { ignoreVary: true }).then(function (found) { return found || Response.error(); });
}

self.addEventListener('install', function (event) {
  self.skipWaiting();
  event.waitUntil(caches.open(CACHE).then(function (cache) {
    // Who is signed out is led away, and that page must not be kept in this one's place.
    var all = [PAGE].concat(FILES).map(function (path) {
      return new Request(path, { redirect: 'error', credentials: 'same-origin' });
    });
    return cache.addAll(all);
  }));
});

self.addEventListener('activate', function (event) {
  event.waitUntil(caches.open(CACHE).then(function (cache) {
    return cache.keys().then(function (all) {
      return Promise.all(all.map(function (one) {
        var path = new URL(one.url).pathname;
        return path === PAGE || FILES.indexOf(path) >= 0 ? null : cache.delete(one);
      }));
    });
  }).then(function () { return self.clients.claim(); }));
});

function fresh(request) {
  return new Promise(function (can) {
    var timer = setTimeout(function () { can(kept(PAGE)); }, PATIENCE_MS);
    fetch(request).then(function (answer) {
      clearTimeout(timer);
      if (answer.status >= 500) { can(kept(PAGE)); return; }
      if (answer.status === 200 && answer.type === 'basic') {
        var copy = answer.clone();
        caches.open(CACHE).then(function (cache) { return cache.put(PAGE, copy); });
      }
      can(answer);
    }, function () {
      clearTimeout(timer);
      can(kept(PAGE));
    });
  });
}

function file(request, path) {
  return caches.match(path, { ignoreVary: true }).then(function (found) {
    return found || fetch(request).then(function (answer) {
      if (answer.status === 200) {
        var copy = answer.clone();
        caches.open(CACHE).then(function (cache) { return cache.put(path, copy); });
      }
      return answer;
    });
  });
}

self.addEventListener('fetch', function (event) {
  var request = event.request, path = new URL(request.url).pathname;
  if (request.method !== 'GET') { return; }
  if (request.mode === 'navigate' && path === PAGE) {
    event.respondWith(fresh(request));
  } else if (path.indexOf('/assets/') === 0) {
    event.respondWith(file(request, path));
  }
});
