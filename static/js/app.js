/* Progressive enhancement only: every page works without this file. Loaded in <head> before first paint. */
(function () {
  "use strict";
  var root = document.documentElement;
  var KEY = "font-size";
  var SIZES = ["m", "l", "xl"];

  function stored() {
    try {
      return localStorage.getItem(KEY);
    } catch (error) {
      return null;
    }
  }

  function apply(size) {
    root.setAttribute("data-fs", size);
    document.querySelectorAll(".fs button").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.size === size));
    });
  }

  function store(size) {
    try {
      localStorage.setItem(KEY, size);
    } catch (error) {
      /* private window: the cookie alone keeps it */
    }
    var secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = KEY + "=" + size + "; path=/; max-age=31536000; SameSite=Lax" + secure;
  }

  root.classList.add("js");
  var start = stored();
  if (SIZES.indexOf(start) >= 0) {
    root.setAttribute("data-fs", start);
  }

  function fontSizes() {
    document.querySelectorAll(".fs").forEach(function (group) {
      group.addEventListener("click", function (event) {
        var size = event.target.dataset.size;
        if (SIZES.indexOf(size) >= 0) {
          apply(size);
          store(size);
        }
      });
    });
    apply(root.getAttribute("data-fs") || "m");
  }

  /* 20261201 typed by hand stays the fast way; the button opens the browser's own calendar. */
  function datePickers() {
    document.querySelectorAll(".pick").forEach(function (box) {
      var text = box.querySelector("input[type=text]");
      var native = box.querySelector("input[type=date]");
      var button = box.querySelector("button");
      if (!text || !native || !button) {
        return;
      }
      if (typeof native.showPicker !== "function" || text.readOnly || text.disabled) {
        button.hidden = true;
        return;
      }
      native.hidden = false;
      button.addEventListener("click", function () {
        native.value = /^\d{4}-\d{2}-\d{2}$/.test(text.value) ? text.value : "";
        native.showPicker();
      });
      native.addEventListener("change", function () {
        if (native.value) {
          text.value = native.value;
          text.focus();
        }
      });
    });
  }

  /* One click, one request: a second press while the page is leaving does nothing. */
  function submitOnce(event) {
    var form = event.target;
    if (form.method !== "post" || event.defaultPrevented) {
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    setTimeout(function () {
      delete form.dataset.sent;
    }, 5000);
  }

  function keys(event) {
    var tag = document.activeElement ? document.activeElement.tagName : "";
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !/^(INPUT|TEXTAREA|SELECT)$/.test(tag)) {
      var search = document.querySelector("[data-search]");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    }
    if (event.key === "Escape") {
      var menu = document.querySelector(".me[open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  }

  function prints(event) {
    if (event.target.closest("[data-print]")) {
      window.print();
    } else {
      var menu = document.querySelector(".me[open]");
      if (menu && !menu.contains(event.target)) {
        menu.open = false;
      }
    }
  }

  document.addEventListener("DOMContentLoaded", function () {
    fontSizes();
    datePickers();
    var summary = document.querySelector(".errsum");
    if (summary) {
      summary.focus();
    }
  });
  document.addEventListener("submit", submitOnce);
  document.addEventListener("keydown", keys);
  document.addEventListener("click", prints);
})();
