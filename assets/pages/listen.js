// The page that hears. ECMAScript 5 and EventSource, for browsers of old phones.
//
// window.cho40 shows tests and those who help what was shown and what was spoken.
(function () {
  'use strict';

  var SHOWN_MS = 60000;   // So long a receipt is what the customer at the stall has paid.
  var CUT_MS = 8000;      // A shorter break of the line is not worth a word.
  var QUIET_MS = 20000;   // The server speaks each 15 seconds; after this the line is dead.
  var AGAIN_MS = 3000;
  var LATE_SPOKEN = 3;    // Of what was missed, so many are spoken; the list has the others.
  var GATHER_MS = 1200;   // What was missed comes one by one, and is spoken when all is there.
  var LISTED = 100;
  var FIRST_LISTED = 5;   // The others after a touch.
  var COVERED_MS = 15000, PRACTICE_MS = 20000;
  var UTTERANCE_MS = 12000;
  var CLIPS_MS = 8000;    // So long what is to be said, after its tone, waits for the words to be loaded.
  var LOOK_MS = 100;
  var SILENT_MS = 4000;   // A voice that has not begun by then never does.
  var SPEEDS = { slow: 0.75, normal: 1, fast: 1.25 };
  var VIBRATIONS = { right: [250], wrong: [150, 100, 150, 100, 400], attention: [100, 80, 100] };
  // Of each tone: frequency (Hz), beginning and length (s), shape.
  var TONES = {
    right: [[880, 0, 0.16, 'sine'], [1319, 0.16, 0.3, 'sine']],
    wrong: [[330, 0, 0.28, 'square'], [220, 0.3, 0.45, 'square']],
    attention: [[660, 0, 0.12, 'triangle'], [660, 0.2, 0.12, 'triangle'], [660, 0.4, 0.12, 'triangle']]
  };

  var body = document.body;
  var texts = document.getElementById('texts');
  function text(key) { return texts.getAttribute('data-' + key) || ''; }
  function touch(one, work) { one.addEventListener('click', work); }
  function el(id) { return document.getElementById(id); }
  function each(selector, work) { Array.prototype.forEach.call(document.querySelectorAll(selector), work); }

  // Private windows and some in-app browsers refuse storage: then it is kept as long as the page.
  var kept = {};
  function load(key) { try { return localStorage.getItem(key); } catch (e) { return kept[key] || null; } }
  function save(key, value) { kept[key] = value; try { localStorage.setItem(key, value); } catch (e) { /* kept */ } }
  function number(key) { return parseInt(load(key), 10) || 0; }

  // A phone has several tabs: one opened from Zalo, one from the home screen. What one of them spoke,
  // or was told to keep silent of, is HEARD; what one has shown for a minute is SEEN; the one that was
  // touched last has the VOICE.
  var listener = body.getAttribute('data-listener');
  var HEARD = 'cho40.cursor.' + listener, SEEN = 'cho40.seen.' + listener, VOICE = 'cho40.voice.' + listener;
  var me = String(Math.random());
  var SETTINGS = 'cho40.settings', OPENED = 'cho40.opened';
  var settings = { how: 'voice', region: 'south', speed: 'normal' };
  try {
    var stored = JSON.parse(load(SETTINGS) || '{}');
    Object.keys(settings).forEach(function (name) { if (stored[name]) { settings[name] = stored[name]; } });
  } catch (e) { /* The defaults hold. */ }

  var state = window.cho40 = {
    cursor: null,      // Everything up to it was shown.
    link: 'connecting',
    source: null,
    card: null,        // The receipt that is shown large.
    isOn: false,
    isMuted: false,
    spoken: [],        // { id, text, by }, in order.
    shown: [],         // Ids, in order.
    el: el, text: text, put: put, each: each, fit: fit, touch: touch, load: load, save: save,
    onMoney: null,     // The vendor's page wants to know.
    onRender: null,
    onEnded: null
  };

  // ------------------------------------------------------------------ what is seen

  var warnings = {};
  function warn(key, isSo) {
    warnings[key] = isSo;
    var all = ['ended', 'moved', 'muted', 'elsewhere', 'silent', 'loading', 'gap', 'skipped', 'hidden', 'voice'];
    var first = all.filter(function (one) { return warnings[one]; })[0];
    el('warning').hidden = !first;
    put('warning', first ? text('warn-' + first) : '');
  }

  // An amount's đ never stands alone on the next line.
  function put(id, said) {
    said = said.replace(/(\d) đ/g, '$1\u00a0đ');
    if (el(id).textContent !== said) { el(id).textContent = said; }
  }

  // The largest type that an amount of any length fits in.
  function fit(element, most) {
    var style = element.style, size = (most || 3.2) + 0.2;
    // Where letters are made larger later, it may still break.
    style.whiteSpace = 'nowrap';
    do {
      size -= 0.2;
      style.fontSize = size + 'rem';
    } while (size > 0.8 && element.scrollWidth > element.clientWidth);
    style.whiteSpace = '';
  }

  function render() {
    var look = 'connecting', headline = text('state-connecting'), amount = '', detail = '';
    var card = state.card;
    if (card) {
      var kind = card.kind.replace('_', '-');
      look = card.look || card.tone;
      headline = text('kind-' + kind);
      amount = card.amount;
      detail = [text('late') + ' ' + card.time + (card.payer ? ' · ' + card.payer : ''), text('hint-' + kind)]
        .filter(Boolean).join('\n');
    } else if (state.link === 'cut' || state.source && state.source.state !== 'not_seen_yet') {
      look = 'unknown';
      headline = text('state-unknown');
      var why = state.link === 'cut' ? 'hint-cut' : state.source.alarm ? 'hint-alarm' : '';
      detail = [why && text(why), text('hint-unknown')].filter(Boolean).join('\n');
    } else if (state.source) {
      look = 'waiting';
      headline = text('state-waiting');
      detail = text('hint-waiting');
    }
    el('card').className = 'state-' + look;
    put('headline', headline);
    put('amount', amount);
    put('detail', detail);
    fit(el('amount'));
    el('link').className = state.link === 'live' ? 'dot on' : 'dot';
    el('link').hidden = state.link === 'ended';
    if (state.link !== 'connecting') { put('link', text('link-' + state.link)); }
    var isSilent = !state.isOn && !state.isMuted && state.link !== 'ended';
    el('sound').hidden = !isSilent;
    el('repeat').hidden = !(state.isOn && last) || state.isMuted || state.link === 'ended';
    warn('silent', isSilent);
    warn('elsewhere', isSilent && isElsewhere);
    warn('muted', state.isMuted);
    if (state.onRender) { state.onRender(headline, amount); }
  }

  var cardTimer = null, cardUntil = 0;
  function showCard(money, ms, next) {
    state.card = money;
    cardUntil = Date.now() + ms;
    clearTimeout(cardTimer);
    cardTimer = setTimeout(function () {
      state.card = null;
      if (next) { next(); }
      render();
    }, ms);
  }

  function list(money) {
    var row = document.createElement('li');
    var when = document.createElement('span');
    var amount = document.createElement('b');
    when.textContent = money.time + (money.payer ? ' · ' + money.payer : '') +
      (money.kind === 'received' || money.kind === 'practice' ? '' : ' · ' + text('kind-' + money.kind.replace('_', '-')));
    amount.textContent = money.amount;
    row.appendChild(when);
    row.appendChild(amount);
    el('list').insertBefore(row, el('list').firstChild);
    var rows = el('list').children;
    if (rows.length > LISTED) { el('list').removeChild(el('list').lastChild); }
    put('more', text('more') + ' ' + (rows.length - FIRST_LISTED));
    el('more').hidden = rows.length <= FIRST_LISTED || el('list').className === 'all';
    el('past').hidden = false;
  }
  touch(el('more'), function () {
    el('list').className = 'all';
    el('more').hidden = true;
  });

  // ------------------------------------------------------------------ what is heard

  var audio = null, queue = [], isSpeaking = false, gathering = null, last = null, lock = null;

  // A voice may be listed and not be there: its data was never loaded, or lies across the line.
  var hasFailed = false;
  function voice() {
    if (hasFailed || !window.speechSynthesis || !window.SpeechSynthesisUtterance) { return null; }
    var found = speechSynthesis.getVoices().filter(function (one) { return /^vi\b/i.test(one.lang); });
    return found[0] || null;
  }

  // Without a Vietnamese voice: a file of recorded words, with where each begins and ends in its
  // sound, in milliseconds; loaded once, and joined in order.
  var clips = {}, loadedBy = 0;
  function loadClips() {
    var region = settings.region;
    if (!audio) { warn('voice', !voice()); }
    if (clips[region] || !audio || !window.fetch || settings.how !== 'voice' || voice()) { return; }
    clips[region] = {};
    loadedBy = Date.now() + CLIPS_MS;
    warn('loading', true);
    var failed = function () { clips[region] = null; warn('loading', false); warn('voice', true); };
    fetch('/voice/' + region + '.json').then(function (answer) { return answer.json(); }).then(function (told) {
      var text = atob(told.sound), bytes = new Uint8Array(text.length);
      for (var i = 0; i < text.length; i += 1) { bytes[i] = text.charCodeAt(i); }
      audio.decodeAudioData(bytes.buffer, function (sound) {
        clips[region] = { words: told.words, sound: sound };
        warn('loading', false);
        warn('voice', false);
      }, failed);
    }).catch(failed);
  }
  function isLoading() {
    var have = settings.how === 'voice' && !voice() && clips[settings.region];
    return have && !have.sound && Date.now() < loadedBy;
  }
  // The fewest clips that make up what is said; null where a word has none.
  function cut(said, have) {
    var words = said.toLowerCase().replace(/[.,:;]/g, '').split(/\s+/), parts = [], at = 0;
    while (at < words.length) {
      var end = words.length;
      while (end > at && !have[words.slice(at, end).join(' ')]) { end -= 1; }
      if (end === at) { return null; }
      parts.push(have[words.slice(at, end).join(' ')]);
      at = end;
    }
    return parts;
  }

  // Ways to speak, best first: the browser's Vietnamese voice, clips of words. Without them, the
  // tone alone.
  var speakers = [
    function (said, done, fail) {
      var found = settings.how === 'voice' && voice();
      if (!found) { return null; }
      var utterance = new SpeechSynthesisUtterance(said);
      utterance.voice = found;
      utterance.lang = found.lang;
      utterance.rate = SPEEDS[settings.speed] || 1;
      // Some are listed and say nothing, not even that they cannot.
      var silent = setTimeout(function () { utterance.onend = utterance.onerror = null; speechSynthesis.cancel(); fail(); }, SILENT_MS);
      utterance.onstart = function () { clearTimeout(silent); };
      utterance.onend = function () { clearTimeout(silent); done(); };
      utterance.onerror = function (event) {
        clearTimeout(silent);
        if (/cancel|interrupt/.test(event.error)) { done(); } else { fail(); }
      };
      speechSynthesis.speak(utterance);
      return 'voice';
    },
    function (said, done) {
      var have = settings.how === 'voice' && clips[settings.region];
      var parts = have && have.sound && cut(said, have.words);
      if (!parts) { return null; }
      var at = audio.currentTime + 0.05, rate = SPEEDS[settings.speed] || 1;
      parts.forEach(function (part) {
        var one = audio.createBufferSource(), length = (part[1] - part[0]) / 1000 + 0.06;
        one.buffer = have.sound;
        one.playbackRate.value = rate;
        one.connect(audio.destination);
        one.start(at, part[0] / 1000 - 0.02, length);
        at += length / rate;
      });
      setTimeout(done, (at - audio.currentTime) * 1000);
      return 'clips';
    }
  ];

  function tone(name) {
    if (!audio) { return 0; }
    var length = 0;
    (TONES[name] || TONES.attention).forEach(function (one) {
      var oscillator = audio.createOscillator(), gain = audio.createGain();
      var from = audio.currentTime + one[1], to = from + one[2];
      oscillator.type = one[3];
      oscillator.frequency.value = one[0];
      gain.gain.setValueAtTime(0.0001, from);
      gain.gain.exponentialRampToValueAtTime(0.5, from + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.0001, to);
      oscillator.connect(gain);
      gain.connect(audio.destination);
      oscillator.start(from);
      oscillator.stop(to);
      length = Math.max(length, (one[1] + one[2]) * 1000);
    });
    return length;
  }

  function signal(item) {
    if (navigator.vibrate) { navigator.vibrate(VIBRATIONS[item.tone] || []); }
    return tone(item.tone);
  }

  function isOld(item) { return item.late || item.at && Date.now() - item.at > SHOWN_MS; }

  // What is spoken only now says when it came: nobody shall take it for the customer who stands there.
  function words(item) {
    var region = settings.region, hour = !item.late && isOld(item) && item.hour ? item.hour[region] + ' ' : '';
    return hour + item.say[region];
  }

  // Without sound it waits for the touch that browsers ask for.
  function say(item) {
    if (state.isMuted) { heard(item); return; }
    // Its tone does not wait for another one's words to be loaded.
    if (state.isOn && isSpeaking && isLoading()) { signal(item); item.isToned = true; }
    queue.push(item);
    if (queue.length > LISTED) { queue.shift(); }
    if (item.seq && Date.now() - item.at > CUT_MS) {
      clearTimeout(gathering);
      gathering = setTimeout(function () { gathering = null; next(); }, GATHER_MS);
    } else {
      next();
    }
  }

  // What was heard is not told again, also if the page is closed now.
  function heard(item) {
    if (item.seq > number(HEARD)) { save(HEARD, String(item.seq)); }
  }

  // Of what was missed, the last ones; and nothing that another tab has said meanwhile.
  function tidy() {
    var before = number(HEARD);
    queue = queue.filter(function (one) { return !one.seq || one.seq > before; });
    var old = queue.filter(isOld), left = old.slice(0, Math.max(0, old.length - LATE_SPOKEN));
    left.forEach(function (one) { queue.splice(queue.indexOf(one), 1); });
    if (left.length) { warn('skipped', true); setTimeout(function () { warn('skipped', false); }, SHOWN_MS); }
  }

  function next() {
    if (state.isMuted) { queue.splice(0).forEach(heard); }
    // Tabs are told a moment later that the voice has moved.
    if (state.isOn && (load(VOICE) || me) !== me) { loseVoice(); }
    if (!state.isOn || isSpeaking || gathering) { return; }
    tidy();
    if (!queue.length) { return; }
    isSpeaking = true;
    var item = queue.shift(), isDone = false;
    heard(item);
    var done = function () {
      if (isDone) { return; }
      isDone = true;
      clearTimeout(guard);
      isSpeaking = false;
      setTimeout(next, 150);
    };
    // Then it is said by clips, once they are loaded, and so is what follows.
    var fail = function () {
      hasFailed = true;
      item.seq = 0;
      item.isToned = true;
      queue.unshift(item);
      loadClips();
      done();
    };
    var guard = null;
    var speak = function () {
      if (isLoading()) { setTimeout(speak, LOOK_MS); return; }
      // Some engines never say that they have ended.
      guard = setTimeout(done, UTTERANCE_MS);
      var by = null, said = words(item);
      for (var i = 0; i < speakers.length && !by; i += 1) { by = speakers[i](said, done, fail); }
      state.spoken.push({ id: item.id, text: said, by: by || 'chime' });
      // What could not be loaded is tried again for the next one.
      if (!by) { setTimeout(done, 200); loadClips(); }
    };
    setTimeout(speak, item.isToned ? 0 : signal(item));
  }

  function stayAwake() {
    if (!navigator.wakeLock || lock || document.hidden) { return; }
    navigator.wakeLock.request('screen').then(function (given) {
      lock = given;
      given.addEventListener('release', function () { lock = null; });
    }, function () { /* The phone's own setting holds. */ });
  }

  function turnOn() {
    var Audio = window.AudioContext || window.webkitAudioContext;
    if (Audio && !audio) {
      audio = new Audio();
      audio.onstatechange = function () {
        // A call or another app has taken the sound away: it needs a touch again.
        if (audio.state !== 'running' && state.isOn && !document.hidden) { state.isOn = false; render(); }
      };
    }
    if (audio && audio.resume) { audio.resume(); }
    if (window.speechSynthesis) {
      // The first words must be spoken within the touch, or iOS keeps silent for good.
      var empty = new SpeechSynthesisUtterance(' ');
      empty.volume = 0;
      speechSynthesis.speak(empty);
    }
    takeVoice();
    stayAwake();
    tone('right');
    loadClips();
    render();
    // After the tone of the touch.
    setTimeout(next, 800);
  }

  var isElsewhere = false;
  function takeVoice() {
    isElsewhere = false;
    state.isOn = true;
    save(VOICE, me);
  }
  function loseVoice() {
    isElsewhere = true;
    state.isOn = false;
    render();
  }
  window.addEventListener('storage', function (event) {
    var holder = event.key === VOICE ? load(VOICE) : me;
    if (holder === me) { return; }
    if (!holder) {
      // The tab that spoke was closed.
      if (!isElsewhere) { return; }
      takeVoice();
      next();
      render();
    } else if (state.isOn) {
      loseVoice();
    }
  });
  window.addEventListener('pagehide', function () {
    if (load(VOICE) === me) { try { localStorage.removeItem(VOICE); } catch (e) { /* It was never kept. */ } }
  });
  window.addEventListener('pageshow', function (event) { if (event.persisted) { location.reload(); } });

  // ------------------------------------------------------------------ what comes

  var source = null, lastHeard = Date.now(), cutTimer = null, againTimer = null;

  function onLine() {
    lastHeard = Date.now();
    clearTimeout(cutTimer);
    cutTimer = null;
    if (state.link !== 'live') { state.link = 'live'; render(); }
  }

  function offLine() {
    if (cutTimer || state.link === 'cut') { return; }
    cutTimer = setTimeout(function () { cutTimer = null; state.link = 'cut'; render(); }, CUT_MS);
  }

  // What lay in the line while the phone slept is older than it seems. The phone's clock may be wrong:
  // when it was awake, what came was new, and that is what the server's is compared with.
  var tick = Date.now(), woken = 0, ahead = null;
  function wake() {
    if (Date.now() - tick > CUT_MS) { woken = Date.now(); }
    tick = Date.now();
  }
  function lain(told) {
    var by = Date.now() - told.now;
    wake();
    if (ahead === null || Date.now() - woken > CUT_MS) { ahead = by; }
    return Math.max(0, by - ahead);
  }

  function reach(event) {
    var seq = parseInt(event.lastEventId, 10);
    var isNew = state.cursor === null || seq > state.cursor;
    if (isNew && seq >= 0) { state.cursor = seq; }
    return { seq: seq, isNew: isNew };
  }

  function onMoney(event) {
    onLine();
    var at = reach(event);
    if (!at.isNew) { return; }
    var money = JSON.parse(event.data);
    money.seq = at.seq;
    var age = money.age_s * 1000 + lain(money);
    money.at = Date.now() - age;
    state.shown.push(money.id);
    list(money);
    last = money;
    if (!money.late && age < SHOWN_MS) { showCard(money, SHOWN_MS - age); }
    // Another tab of this phone may have spoken it, or this page before it was opened anew.
    if (at.seq > number(HEARD)) { say(money); }
    render();
    if (state.onMoney) { state.onMoney(money); }
  }

  function onBeat(event) {
    onLine();
    var at = reach(event), told = JSON.parse(event.data);
    lain(told);
    // What came before this phone was ever here is not to be told, by another tab neither.
    var isFirst = !number(HEARD) && !number(SEEN);
    if ((state.isOn || isFirst) && !queue.length && at.seq >= 0) { heard(at); }
    if (isFirst) { save(SEEN, String(at.seq)); }
    setTimeout(function () { if (!document.hidden && at.seq > number(SEEN)) { save(SEEN, String(at.seq)); } }, SHOWN_MS);
    var wasAlarm = state.source && state.source.alarm;
    state.source = told;
    state.isMuted = told.muted;
    if (told.alarm && !wasAlarm && state.isOn && !told.muted) { tone('attention'); }
    render();
  }

  function end(why) {
    if (source) { source.close(); }
    state.link = 'ended';
    state.source = { state: 'unknown' };
    state.card = null;
    // Whoever holds the phone now reads nothing of what came before.
    el('past').hidden = true;
    el('list').textContent = '';
    el('practise').hidden = true;
    last = null;
    warn(why, true);
    if (state.onEnded) { state.onEnded(why); }
    render();
  }
  state.end = end;

  // A browser is one link's: what comes now is for the page that was opened last.
  save(OPENED, listener);
  window.addEventListener('storage', function (event) {
    if (event.key === OPENED && event.newValue && event.newValue !== listener) { end('moved'); }
  });

  function connect() {
    clearTimeout(againTimer);
    if (source) { source.close(); }
    lastHeard = Date.now();
    var isOpened = state.cursor === null, after = isOpened ? Math.max(number(HEARD), number(SEEN)) : state.cursor;
    // To a phone that was never here, nothing is told of what came before.
    source = new EventSource('/nghe/live?opened=' + (isOpened && after ? 1 : 0) + (after ? '&after=' + after : '') + '&listener=' + listener);
    source.addEventListener('money', onMoney);
    source.addEventListener('beat', onBeat);
    source.addEventListener('gap', function () { onLine(); warn('gap', true); });
    source.addEventListener('locked', function () {
      source.close();
      save('cho40.locked', String(Date.now()));
      location.replace('/sap');
    });
    source.addEventListener('ended', function () { end('ended'); });
    source.addEventListener('moved', function () { end('moved'); });
    source.onerror = function () {
      offLine();
      // Closed for good by an answer that is no stream: the server is busy or starts again.
      if (source.readyState === 2 && state.link !== 'ended') { againTimer = setTimeout(connect, AGAIN_MS); }
    };
  }

  function lookAtLine() {
    wake();
    if (state.link === 'ended' || Date.now() - lastHeard < QUIET_MS) { return; }
    state.link = 'cut';
    connect();
    render();
  }
  setInterval(lookAtLine, 2000);
  window.addEventListener('online', lookAtLine);

  var hiddenAt = 0;
  document.addEventListener('visibilitychange', function () {
    if (document.hidden) { hiddenAt = Date.now(); return; }
    if (Date.now() - hiddenAt > 30000) {
      warn('hidden', true);
      setTimeout(function () { warn('hidden', false); }, COVERED_MS);
    }
    if (audio && audio.state !== 'running') { state.isOn = false; }
    stayAwake();
    lookAtLine();
    render();
  });

  // ------------------------------------------------------------------ touches

  touch(el('sound'), turnOn);
  touch(el('repeat'), function () { if (last) { again(last); } });
  touch(el('try'), function () {
    if (!state.isOn) { turnOn(); }
    again({ say: { south: body.getAttribute('data-south'), north: body.getAttribute('data-north') } });
  });
  // A pretend payment, with which people are trained. It exists on this page alone, so nothing can
  // count it, and it is never green.
  touch(el('practise'), function () {
    if (!state.isOn) { turnOn(); }
    var said = text('practice-said');
    var money = {
      id: 'practice', seq: 0, kind: 'practice', tone: 'right', look: 'practice', late: false,
      amount: body.getAttribute('data-amount'), time: new Date(Date.now() + 25200000).toISOString().slice(11, 16),
      say: { south: said + ' ' + body.getAttribute('data-south'), north: said + ' ' + body.getAttribute('data-north') }
    };
    // What was truly received comes back after it.
    var real = state.card, until = cardUntil;
    showCard(money, PRACTICE_MS, function () {
      if (real && real.kind !== 'practice' && until > Date.now()) { showCard(real, until - Date.now()); }
    });
    say(money);
    render();
    window.scrollTo(0, 0);
  });

  function again(money) {
    say({ id: 'again', seq: 0, tone: money.tone || 'right', say: money.say, hour: money.hour, at: money.at, late: money.late });
  }

  each('input[type=radio]', function (input) {
    input.checked = settings[input.name] === input.value;
    input.addEventListener('change', function () {
      settings[input.name] = input.value;
      save(SETTINGS, JSON.stringify(settings));
      warn('voice', false);
      loadClips();
    });
  });

  voice();
  render();
  connect();
})();
