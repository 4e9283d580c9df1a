/* The frame: messages, menu groups, and what an htmx request that failed has to say. */
(function () {
  "use strict";
  var GROUPS = "menu-groups";

  function read(key) {
    try {
      return JSON.parse(localStorage.getItem(key) || "{}");
    } catch (error) {
      return {};
    }
  }

  /* Groups stay as the user left them; the one that holds the page is open whatever was left. */
  function menuGroups() {
    var kept = read(GROUPS);
    document.querySelectorAll(".side details[data-group]").forEach(function (group) {
      var name = group.dataset.group;
      if (name in kept && !group.hasAttribute("data-holds-page")) {
        group.open = kept[name];
      }
      group.querySelector("summary").addEventListener("click", function () {
        kept = read(GROUPS);
        kept[name] = !group.open;
        try {
          localStorage.setItem(GROUPS, JSON.stringify(kept));
        } catch (error) {
          /* private window: the menu opens as it is sent */
        }
      });
    });
    var current = document.querySelector(".side a[aria-current]");
    var side = document.querySelector(".side");
    if (current && side && current.offsetTop + current.offsetHeight > side.clientHeight) {
      side.scrollTop = current.offsetTop - side.clientHeight / 2;
    }
  }

  function say(level, text) {
    var place = document.getElementById("messages");
    if (!place) {
      return;
    }
    var box = document.createElement("div");
    box.className = "msg " + level;
    box.setAttribute("role", level === "error" ? "alert" : "status");
    var words = document.createElement("div");
    words.textContent = text;
    var shut = document.createElement("button");
    shut.type = "button";
    shut.className = "shut";
    shut.setAttribute("data-shut", "");
    shut.setAttribute("aria-label", "关闭这条消息");
    shut.textContent = "×";
    box.append(words, shut);
    place.replaceChildren(box);
    box.scrollIntoView({ block: "nearest" });
  }
  window.portalSay = say;

  document.addEventListener("click", function (event) {
    var shut = event.target.closest ? event.target.closest("[data-shut]") : null;
    if (shut) {
      shut.closest(".msg").remove();
      document.getElementById("main").focus();
    }
    if (event.target.closest && event.target.closest("[data-back]")) {
      event.preventDefault();
      history.back();
    }
  });

  /* The server answers a script with a short plain text instead of an error page. */
  document.addEventListener("htmx:responseError", function (event) {
    var answer = event.detail.xhr;
    var plain = (answer.getResponseHeader("Content-Type") || "").indexOf("text/plain") === 0;
    say("error", plain && answer.responseText ? answer.responseText : "操作没有完成，请刷新页面后重试。");
  });
  document.addEventListener("htmx:sendError", function () {
    say("error", "网络不通，操作没有完成。请检查网络后重试，已填写的内容仍在本页。");
  });

  /* The help of the page opens beside it, so that a form is not left. */
  function shutHelp() {
    var help = document.getElementById("help");
    if (help && !help.hidden) {
      help.hidden = true;
      document.querySelector("[data-help]").focus();
      return true;
    }
    return false;
  }

  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target.id === "help-body") {
      document.getElementById("help").hidden = false;
      event.detail.target.scrollTop = 0;
      event.detail.target.focus();
    }
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("[data-shut-help]")) {
      shutHelp();
    }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector(".me[open]")) {
      shutHelp();
    }
  });

  document.addEventListener("DOMContentLoaded", menuGroups);
})();
