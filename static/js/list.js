/* Progressive enhancement of lists: 全选 ticks the boxes without asking the server. */
(function () {
  "use strict";
  var link = document.querySelector("[data-select-page]");
  if (!link) {
    return;
  }
  link.addEventListener("click", function (event) {
    event.preventDefault();
    var boxes = Array.prototype.slice.call(document.querySelectorAll('input[name="pk"][form="bulk"]'));
    var on = boxes.some(function (box) {
      return !box.checked;
    });
    boxes.forEach(function (box) {
      box.checked = on;
    });
    link.textContent = on ? "取消" : "全选";
    link.setAttribute("aria-label", on ? "取消全选本页" : "全选本页");
  });
})();
