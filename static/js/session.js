/* Before the session ends a dialog asks whether to go on; after its end the page stays as it is, with what was
   typed, and can be saved once somebody has signed in again in another window. The server alone decides: this
   file asks it (without counting as activity) before it shows anything. */
(function () {
  "use strict";
  var body = document.body;
  var dialog = document.getElementById("session");
  if (!dialog || !body.dataset.keepAlive) {
    return;
  }
  var KEY = "session-end";
  var user = body.dataset.user;
  var total = Number(body.dataset.sessionLeft) * 1000;
  var WARN = Math.min(120000, total / 2);
  var SPOKEN = [120, 60, 30, 10];
  var TITLES = { idle: "即将自动退出", fixed: "登录时间将满", ended: "登录已过期" };
  var state = { end: Date.now() + total, fixed: body.hasAttribute("data-session-fixed"), ended: false };
  var face = "";
  var asking = false;
  var dismissed = false;
  var before = null;

  function tell() {
    try {
      localStorage.setItem(KEY, JSON.stringify({ user: user, end: state.end, fixed: state.fixed, ended: state.ended }));
    } catch (error) {
      /* private window: each asks the server for itself */
    }
  }

  function words(seconds) {
    var minutes = Math.floor(seconds / 60);
    return (minutes ? minutes + " 分 " : "") + (seconds % 60) + " 秒";
  }

  function show(which) {
    if (face === which && dialog.open) {
      return;
    }
    face = which;
    dialog.querySelectorAll("[data-face]").forEach(function (part) {
      part.hidden = part.dataset.face !== which;
    });
    document.getElementById("session-title").textContent = TITLES[which];
    if (!dialog.open) {
      before = document.activeElement;
      dialog.showModal();
    }
    var first = dialog.querySelector(".btn[data-face='" + which + "']");
    if (first) {
      first.focus();
    }
  }

  function hide() {
    if (dialog.open) {
      dialog.close();
    }
    face = "";
    if (before && before.isConnected && before !== body) {
      before.focus();
    }
    before = null;
  }

  function line(on) {
    var box = document.getElementById("session-line");
    box.hidden = !on;
    if (on) {
      document.getElementById("messages").before(box);
    }
  }

  function ended(quietly) {
    if (!state.ended) {
      state.ended = true;
      document.dispatchEvent(new CustomEvent("portal:session-ended"));
    }
    line(true);
    if (!quietly) {
      show("ended");
    }
  }

  function refreshTokens(token) {
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach(function (field) {
      field.value = token;
    });
    body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  }

  function alive(answer) {
    if (answer.user !== user) {
      dialog.querySelector("[data-other-user]").hidden = false;
      ended();
      return;
    }
    var back = state.ended;
    dialog.querySelector("[data-other-user]").hidden = true;
    state = { end: Date.now() + answer.left * 1000, fixed: answer.fixed, ended: false };
    refreshTokens(answer.token);
    line(false);
    if (back || !due()) {
      hide();
    }
    dismissed = false;
    tell();
    if (back) {
      document.dispatchEvent(new CustomEvent("portal:session-back"));
      if (window.portalSay) {
        window.portalSay("success", "已重新登录，请继续填写并保存。");
      }
    }
  }

  function due() {
    return state.end - Date.now() <= WARN;
  }

  /* POST is the button 继续工作, GET only asks. A network that is down says nothing about the session. */
  function ask(method, then) {
    if (asking) {
      return;
    }
    asking = true;
    var headers = { "X-Requested-With": "fetch" };
    if (method === "POST") {
      headers["X-CSRFToken"] = JSON.parse(body.getAttribute("hx-headers"))["X-CSRFToken"];
    }
    fetch(body.dataset.keepAlive, { method: method, headers: headers, credentials: "same-origin", cache: "no-store" })
      .then(function (answer) {
        if (answer.headers.get("X-Session") === "ended") {
          return null;
        }
        if (!answer.ok) {
          throw new Error(String(answer.status));
        }
        return answer.json();
      })
      .then(function (answer) {
        asking = false;
        if (answer === null) {
          ended();
        } else {
          alive(answer);
        }
        if (then) {
          then();
        }
      })
      .catch(function () {
        asking = false;
      });
  }

  function warn() {
    if (state.ended || !due() || dismissed) {
      return;
    }
    show(state.fixed ? "fixed" : "idle");
    tick();
  }

  function tick() {
    if (state.ended) {
      return;
    }
    var left = Math.max(0, Math.ceil((state.end - Date.now()) / 1000));
    if (left === 0) {
      ask("GET");
      return;
    }
    if (!due()) {
      return;
    }
    if (face === "idle" || face === "fixed") {
      dialog.querySelectorAll("[data-countdown]").forEach(function (part) {
        part.textContent = words(left);
      });
      if (SPOKEN.indexOf(left) >= 0) {
        document.getElementById("session-spoken").textContent = "还有 " + words(left) + "自动退出";
      }
    } else if (!dismissed) {
      ask("GET", warn);
    }
  }

  dialog.addEventListener("click", function (event) {
    var button = event.target.closest("[data-session]");
    if (!button) {
      return;
    }
    if (button.dataset.session === "go-on") {
      ask("POST", warn);
    } else if (button.dataset.session === "check") {
      ask("GET");
    } else {
      dismissed = true;
      hide();
    }
  });

  /* Escape is a key pressed by somebody who is there. */
  dialog.addEventListener("cancel", function (event) {
    event.preventDefault();
    if (face === "idle") {
      ask("POST", warn);
    } else {
      dismissed = true;
      hide();
    }
  });

  window.addEventListener("storage", function (event) {
    if (event.key !== KEY || !event.newValue) {
      return;
    }
    var told = JSON.parse(event.newValue);
    if (state.ended || told.user !== user) {
      ask("GET");
    } else if (!told.ended) {
      state.end = told.end;
      state.fixed = told.fixed;
      dismissed = false;
      if (!due()) {
        hide();
      }
    }
  });
  window.addEventListener("focus", function () {
    if (state.ended) {
      ask("GET");
    }
  });

  /* A form sent now would be lost or refused: the page asks to sign in instead. */
  document.addEventListener(
    "submit",
    function (event) {
      if (state.ended && event.target.method === "post" && !event.target.hasAttribute("data-sign-out")) {
        event.preventDefault();
        event.stopImmediatePropagation();
        ended();
      }
    },
    true
  );

  body.addEventListener("session-ended", function () {
    ended();
  });
  document.addEventListener("htmx:configRequest", function (event) {
    /* A poll has no event of the user behind it; it must not keep the session alive. */
    if (!event.detail.triggeringEvent) {
      event.detail.headers["X-Poll"] = "1";
    }
  });
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (state.ended) {
      event.preventDefault();
    }
  });
  document.addEventListener("portal:activity", function () {
    state.end = Math.max(state.end, Date.now());
    ask("GET");
  });

  tell();
  setInterval(tick, 1000);
})();
