/* Forms with data-draft-url are kept while somebody types: on the server every 20 seconds and when the window is
   left, in this window alone (sessionStorage) while the server cannot be reached or the session is over.
   Fields marked data-personal, passwords and files never go into the browser's storage. */
(function () {
  "use strict";
  var EVERY = 20000;
  var PREFIX = "draft:";
  var user = document.body.dataset.user;
  var gone = false;

  function place(form) {
    return PREFIX + user + ":" + form.dataset.draftKey;
  }

  function text(form) {
    var pairs = new URLSearchParams();
    new FormData(form).forEach(function (value, name) {
      if (name !== "csrfmiddlewaretoken" && typeof value === "string") {
        pairs.append(name, value);
      }
    });
    return pairs.toString();
  }

  function isPersonal(field) {
    return field.type === "password" || field.type === "file" || field.closest("[data-personal]") !== null;
  }

  function fields(form) {
    return Array.prototype.filter.call(form.elements, function (field) {
      return field.name && field.type !== "hidden" && field.type !== "submit" && !isPersonal(field);
    });
  }

  function keepHere(form, sent) {
    var values = [];
    fields(form).forEach(function (field) {
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.checked) {
          values.push([field.name, field.value]);
        }
      } else if (field.multiple) {
        Array.prototype.forEach.call(field.selectedOptions, function (option) {
          values.push([field.name, option.value]);
        });
      } else {
        values.push([field.name, field.value]);
      }
    });
    try {
      sessionStorage.setItem(place(form), JSON.stringify({ at: Date.now(), sent: Boolean(sent), values: values }));
    } catch (error) {
      /* no storage: the page itself still holds what was typed */
    }
  }

  function forget(key) {
    try {
      sessionStorage.removeItem(key);
    } catch (error) {
      /* nothing was kept */
    }
  }

  function kept(key) {
    try {
      return JSON.parse(sessionStorage.getItem(key));
    } catch (error) {
      return null;
    }
  }

  function keys() {
    try {
      return Object.keys(sessionStorage).filter(function (key) {
        return key.indexOf(PREFIX) === 0;
      });
    } catch (error) {
      return [];
    }
  }

  function clock(at) {
    var time = new Date(at);
    return ("0" + time.getHours()).slice(-2) + ":" + ("0" + time.getMinutes()).slice(-2);
  }

  function note(form, words) {
    var box = form.querySelector("[data-draft-saved]");
    if (box) {
      box.textContent = words;
    }
  }

  function fill(form, values) {
    var by = {};
    values.forEach(function (pair) {
      (by[pair[0]] = by[pair[0]] || []).push(pair[1]);
    });
    fields(form).forEach(function (field) {
      var given = by[field.name] || [];
      if (field.type === "checkbox" || field.type === "radio") {
        field.checked = given.indexOf(field.value) >= 0;
      } else if (field.multiple) {
        Array.prototype.forEach.call(field.options, function (option) {
          option.selected = given.indexOf(option.value) >= 0;
        });
      } else if (field.name in by) {
        field.value = given.shift();
      }
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  function offer(form, found) {
    var bar = document.createElement("div");
    bar.className = "msg info";
    bar.setAttribute("role", "status");
    var words = document.createElement("div");
    words.textContent = "本窗口中有 " + clock(found.at) + " 没能保存的内容（不含身份证号等个人信息）。";
    var take = document.createElement("button");
    take.type = "button";
    take.className = "btn btn-primary btn-sm";
    take.textContent = "恢复填写";
    var drop = document.createElement("button");
    drop.type = "button";
    drop.className = "btn btn-outline-secondary btn-sm";
    drop.textContent = "丢弃";
    take.addEventListener("click", function () {
      fill(form, found.values);
      forget(place(form));
      bar.remove();
      note(form, "已恢复 " + clock(found.at) + " 的内容");
      var first = fields(form)[0];
      if (first) {
        first.focus();
      }
    });
    drop.addEventListener("click", function () {
      forget(place(form));
      bar.remove();
    });
    words.append(" ", take, " ", drop);
    bar.append(words);
    form.before(bar);
  }

  function watch(form) {
    var saved = text(form);
    var busy = false;

    function save(leaving) {
      var now = text(form);
      if (busy || now === saved || form.dataset.sent) {
        return;
      }
      if (gone) {
        keepHere(form);
        return;
      }
      busy = true;
      fetch(form.dataset.draftUrl, {
        method: "POST",
        body: new URLSearchParams(now),
        headers: {
          "X-CSRFToken": form.querySelector("input[name=csrfmiddlewaretoken]").value,
          "X-Requested-With": "fetch"
        },
        credentials: "same-origin",
        keepalive: leaving && now.length < 60000
      })
        .then(function (answer) {
          busy = false;
          if (answer.headers.get("X-Session") === "ended") {
            keepHere(form);
            document.body.dispatchEvent(new Event("session-ended"));
          } else if (answer.ok) {
            saved = now;
            forget(place(form));
            note(form, "草稿已自动保存（" + clock(Date.now()) + "）");
            document.dispatchEvent(new CustomEvent("portal:activity"));
          } else {
            keepHere(form);
            note(form, "草稿没有存上，内容暂留在本窗口");
          }
        })
        .catch(function () {
          busy = false;
          keepHere(form);
          note(form, "网络不通，内容暂留在本窗口");
        });
    }

    setInterval(save, EVERY);
    document.addEventListener("visibilitychange", function () {
      if (document.visibilityState === "hidden") {
        save(true);
      }
    });
    document.addEventListener("portal:session-ended", function () {
      gone = true;
      if (text(form) !== saved) {
        keepHere(form);
        note(form, "登录已过期，内容暂留在本窗口");
      }
    });
    document.addEventListener("portal:session-back", function () {
      gone = false;
      save();
    });
    form.addEventListener("submit", function (event) {
      if (!event.defaultPrevented && text(form) !== saved) {
        keepHere(form, true);
      }
    });

    var found = kept(place(form));
    if (found) {
      /* Sent and come back with errors: the page shows it already. Sent and done: the next form of its kind. */
      if (found.sent && document.querySelector(".errsum, .msg.success")) {
        forget(place(form));
      } else {
        offer(form, found);
      }
    }
  }

  var forms = document.querySelectorAll("form[data-draft-url][data-draft-key]");
  var here = Array.prototype.map.call(forms, place);
  keys().forEach(function (key) {
    var mine = key.indexOf(PREFIX + user + ":") === 0;
    var found = mine ? kept(key) : null;
    /* Another user's, or sent and not come back: it was saved. */
    if (!mine || (found && found.sent && here.indexOf(key) < 0)) {
      forget(key);
    }
  });
  forms.forEach(watch);
  document.querySelectorAll("form[data-sign-out]").forEach(function (form) {
    form.addEventListener("submit", function () {
      keys().forEach(forget);
    });
  });
})();
