/* Suggestions under the search of the header: arrow keys, Escape, and what a screen reader is told.
   Without this file the form still searches. */
(function () {
  "use strict";
  var input = document.getElementById("find");
  var found = document.getElementById("found");
  var status = document.getElementById("found-status");
  var shutting = false;
  if (!input || !found) {
    return;
  }

  function show(on) {
    found.hidden = !on || !found.textContent.trim();
  }

  function links() {
    return Array.prototype.slice.call(found.querySelectorAll("a"));
  }

  function step(by) {
    var all = links();
    var at = all.indexOf(document.activeElement);
    if (at + by < 0) {
      input.focus();
    } else if (at + by < all.length) {
      all[at + by].focus();
    }
  }

  document.body.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target === found) {
      var told = found.firstElementChild;
      status.textContent = told ? told.getAttribute("data-count") : "";
      show(input.form.contains(document.activeElement) && input.value.trim() !== "");
    }
  });

  input.form.addEventListener("keydown", function (event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (links().length && !found.hidden) {
        event.preventDefault();
        step(event.key === "ArrowDown" ? 1 : -1);
      }
    } else if (event.key === "Escape") {
      if (!found.hidden) {
        event.preventDefault();
        shutting = true; /* the focus that comes back must not open the list again */
        input.focus();
        shutting = false;
        show(false);
      } else if (document.activeElement === input) {
        input.value = "";
      }
    }
  });

  input.addEventListener("focus", function () {
    show(!shutting);
  });
  input.addEventListener("input", function () {
    if (!input.value.trim()) {
      show(false);
    }
  });
  input.form.addEventListener("focusout", function (event) {
    if (!event.relatedTarget || !input.form.contains(event.relatedTarget)) {
      show(false);
    }
  });
  found.addEventListener("mousedown", function (event) {
    event.preventDefault(); /* the focus stays, so that the list does not close under the pointer */
  });
})();
