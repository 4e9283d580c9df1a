/* The upload with progress, cancel, drag and drop, and refusal before sending. Without it the form is sent as
   any other; the server checks everything again. */
(function () {
  "use strict";

  var KINDS = [
    [/\.(xlsx|csv)$/i, ""],
    [/\.(xls|et|ett|xlt)$/i, "这是旧版表格（.xls、.et），请在 WPS 或 Excel 中另存为 .xlsx 后再上传。"],
    [/\.(xlsm|xlsb|xltm)$/i, "含宏的工作簿不能上传，请另存为不含宏的 .xlsx 后再上传。"],
    [/\.(docx?|wps|pdf|ofd|pptx?)$/i, "这是文档，不是工作簿。请上传从本系统下载并填写的 .xlsx 文件。"],
    [/\.(zip|rar|7z)$/i, "请先解压，再上传里面的 .xlsx 文件。"],
    [/\.(jpe?g|png|gif|bmp|heic)$/i, "这是图片，不是工作簿。请上传从本系统下载并填写的 .xlsx 文件。"]
  ];

  function refusal(file, most) {
    var text = "只能上传 .xlsx 工作簿或 .csv 文件，请上传从本系统下载并填写的工作簿。";
    for (var i = 0; i < KINDS.length; i += 1) {
      if (KINDS[i][0].test(file.name)) {
        text = KINDS[i][1];
        break;
      }
    }
    if (text) {
      return "“" + file.name + "”：" + text;
    }
    if (file.size === 0) {
      return "“" + file.name + "”是空文件，请重新选择。";
    }
    if (most && file.size > most) {
      return "文件有 " + size(file.size) + "，超过 " + size(most) + "，请按街道或工作表分成几个文件。";
    }
    return "";
  }

  function size(bytes) {
    return bytes < 1048576 ? Math.max(1, Math.round(bytes / 1024)) + " KB" : (bytes / 1048576).toFixed(1) + " MB";
  }

  function start(zone) {
    var form = zone.closest("form");
    var input = form.querySelector("input[type=file]");
    var error = zone.querySelector("[data-error]");
    var box = zone.querySelector("[data-progress]");
    var text = zone.querySelector("[data-text]");
    var bar = zone.querySelector("progress");
    var submit = form.querySelector("button[type=submit]");
    var most = Number(zone.dataset.most) || 0;
    var request = null;

    zone.hidden = false;

    function complain(message) {
      error.textContent = message;
      error.hidden = !message;
    }

    function end() {
      request = null;
      box.hidden = true;
      submit.disabled = false;
      delete form.dataset.sent;
    }

    function check() {
      var file = input.files[0];
      var message = file ? refusal(file, most) : "";
      complain(message);
      return file && !message;
    }

    function progress(event) {
      if (!event.lengthComputable) {
        text.textContent = "正在上传……";
        bar.removeAttribute("value");
        return;
      }
      var share = Math.floor((event.loaded / event.total) * 100);
      bar.value = share;
      text.textContent = "正在上传：" + share + "%（" + size(event.loaded) + " / " + size(event.total) + "）";
      if (share === 100) {
        text.textContent = "已上传，正在检查，请稍候……";
        bar.removeAttribute("value");
      }
    }

    function answered() {
      var answer = null;
      try {
        answer = JSON.parse(request.responseText);
      } catch (problem) {
        answer = null;
      }
      if (answer && answer.url) {
        location.assign(answer.url);
        return;
      }
      var at = request.responseURL || "";
      var over = request.getResponseHeader("X-Session") === "ended";
      var status = request.status;
      end();
      if (answer && answer.errors) {
        complain(answer.errors.join(" "));
      } else if (over || at.indexOf(zone.dataset.login) >= 0) {
        complain("登录已过期，文件没有保存。请重新登录后，再点一次“上传并检查”，不必重新选择文件。");
        document.body.dispatchEvent(new Event("session-ended"));
      } else if (status === 413) {
        complain("文件超过服务器的上限，请按街道或工作表分成几个文件。");
      } else {
        complain("服务器没有收下文件（" + status + "），没有保存任何内容。请稍后再试；仍不行请联系系统管理员。");
      }
    }

    form.addEventListener("submit", function (event) {
      event.preventDefault();
      if (request) {
        return;
      }
      if (!input.files.length) {
        complain("请先选择文件。");
        input.focus();
        return;
      }
      if (!check()) {
        return;
      }
      request = new XMLHttpRequest();
      request.open("POST", form.action || location.href);
      request.setRequestHeader("X-Upload", "1");
      request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
      request.upload.addEventListener("progress", progress);
      request.addEventListener("load", answered);
      request.addEventListener("error", function () {
        end();
        complain("网络中断，文件没有上传完，没有保存任何内容。请检查网络后再试。");
      });
      request.addEventListener("abort", function () {
        end();
        complain("已取消上传，没有保存任何内容。");
      });
      submit.disabled = true;
      bar.value = 0;
      text.textContent = "正在上传……";
      box.hidden = false;
      complain("");
      request.send(new FormData(form));
    });

    zone.querySelector("[data-cancel]").addEventListener("click", function () {
      if (request) {
        request.abort();
      }
    });
    input.addEventListener("change", check);

    ["dragenter", "dragover"].forEach(function (name) {
      zone.addEventListener(name, function (event) {
        event.preventDefault();
        zone.classList.add("over");
      });
    });
    ["dragleave", "drop"].forEach(function (name) {
      zone.addEventListener(name, function (event) {
        event.preventDefault();
        zone.classList.remove("over");
      });
    });
    zone.addEventListener("drop", function (event) {
      var files = event.dataTransfer.files;
      if (files.length > 1) {
        complain("一次只能上传一个文件。");
      } else if (files.length === 1 && !request) {
        input.files = files;
        check();
      }
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    var zone = document.querySelector("[data-upload]");
    if (zone && window.FormData && window.XMLHttpRequest) {
      start(zone);
    }
  });
})();
