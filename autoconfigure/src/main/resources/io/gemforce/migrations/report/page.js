(function () {
  'use strict';
  const endpoint = document.body.dataset.home;
  function live() {
    return document.getElementById('live');
  }
  // Whoever made the link to this page may have written into its path what a shell would run
  function address() {
    const url = new URL(endpoint, location.href);
    const path = url.pathname.replace(/;[^/]*/g, '');
    return /^https?:/.test(url.origin) && /^(\/[\w.~%-]+)+$/.test(path) ? url.origin + path : null;
  }
  function complete() {
    const known = endpoint ? address() : null;
    if (known) {
      document.querySelectorAll('code[data-command]').forEach(function (code) {
        code.textContent = code.textContent.replace(/"\$ENDPOINT(\/[\w.*%/-]+)"$/, function (all, path) {
          return "'" + known + path + "'";
        });
      });
    }
  }
  function keep(former, next) {
    former.querySelectorAll('details[open][id]').forEach(function (details) {
      const same = next.querySelector('#' + CSS.escape(details.id));
      if (same) {
        same.open = true;
      }
    });
  }
  function replace(next) {
    const former = live();
    const focused = document.activeElement;
    const address = former.contains(focused) ? focused.getAttribute('href') : null;
    keep(former, next);
    former.replaceWith(document.adoptNode(next));
    complete();
    if (address) {
      const same = live().querySelector('a[href="' + CSS.escape(address) + '"]');
      if (same) {
        same.focus();
      }
    }
  }
  function look() {
    fetch(location.href, { headers: { Accept: 'text/html' }, cache: 'no-store' }).then(function (response) {
      return response.text();
    }).then(function (text) {
      const next = new DOMParser().parseFromString(text, 'text/html').getElementById('live');
      if (next) {
        replace(next);
      }
    }).catch(function () {
      live().dataset.stale = 'true';
    }).finally(again);
  }
  function again() {
    if (live() && live().dataset.live === 'true') {
      setTimeout(look, 3000);
    }
  }
  complete();
  again();
})();
