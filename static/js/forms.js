/* Helpers of the record forms; every form works without this file.
   Enter goes to the next field, Ctrl+S saves, Ctrl+Enter saves and goes on; codes and dates are cleaned of
   full-width digits; an ID number is checked and gives sex and birth date. What is wrong is decided by the
   server alone. */
(function () {
  "use strict";
  var WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  var CHECKS = "10X98765432";

  /* Full-width signs, blanks and invisible characters: none of them belongs into a code, number or date. */
  function fold(text) {
    return text
      .replace(/[\uff01-\uff5e]/g, function (sign) {
        return String.fromCharCode(sign.charCodeAt(0) - 0xfee0);
      })
      .replace(/[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g, "");
  }

  function isCode(input) {
    return input.hasAttribute("data-fold") || input.closest(".pick") !== null;
  }

  function clean(input) {
    var text = isCode(input) ? fold(input.value) : input.value.trim();
    if (input.hasAttribute("data-id-number")) {
      text = text.toUpperCase();
    }
    if (text !== input.value) {
      input.value = text;
    }
  }

  /* ID numbers */

  /** What is wrong with a number, or "" */
  function faultOf(number) {
    if (!/^\d{17}[\dX]$/.test(number)) {
      return "身份证号应为 18 位数字（末位可为 X），现在有 " + number.length + " 位。";
    }
    var sum = WEIGHTS.reduce(function (total, weight, place) {
      return total + weight * Number(number[place]);
    }, 0);
    if (CHECKS[sum % 11] !== number[17]) {
      return "身份证号校验码不符，请核对是否录错。";
    }
    var born = new Date(Date.UTC(Number(number.slice(6, 10)), Number(number.slice(10, 12)) - 1, Number(number.slice(12, 14))));
    return born.toISOString().slice(0, 10) === birthDate(number) ? "" : "身份证号中的出生日期不存在。";
  }

  function birthDate(number) {
    return number.slice(6, 10) + "-" + number.slice(10, 12) + "-" + number.slice(12, 14);
  }

  function feedback(input) {
    var id = input.id + "_feedback";
    var line = document.getElementById(id);
    if (!line) {
      line = document.createElement("p");
      line.id = id;
      line.setAttribute("aria-live", "polite");
      input.insertAdjacentElement("afterend", line);
      input.setAttribute("aria-describedby", ((input.getAttribute("aria-describedby") || "") + " " + id).trim());
    }
    return line;
  }

  function fill(form, name, value) {
    var field = form.elements[name];
    if (!field) {
      return false;
    }
    /* Only what is empty, masked or was filled from a number before: never what somebody typed. */
    if (field.value === "" || field.value.indexOf("*") >= 0 || field.dataset.filled === field.value) {
      field.value = value;
      field.dataset.filled = value;
      return true;
    }
    return field.value === value;
  }

  function checkNumber(input) {
    var number = input.value;
    var line = feedback(input);
    line.className = "hint";
    line.textContent = "";
    if (number === "" || number.indexOf("*") >= 0) {
      return;
    }
    var fault = faultOf(number);
    if (fault) {
      line.className = "err";
      line.textContent = fault;
      return;
    }
    var sex = Number(number[16]) % 2 ? "男" : "女";
    fill(input.form, "sex", sex);
    fill(input.form, "birth_date", birthDate(number));
    line.textContent = "校验通过：" + sex + "，" + birthDate(number) + " 出生。";
  }

  /* Keyboard */

  function fieldsOf(form) {
    return Array.prototype.filter.call(form.elements, function (each) {
      return /^(INPUT|SELECT|TEXTAREA)$/.test(each.tagName) && each.type !== "hidden" && each.tabIndex >= 0 && !each.disabled && each.offsetParent !== null;
    });
  }

  function toNext(form, field) {
    var fields = fieldsOf(form);
    var next = fields[fields.indexOf(field) + 1];
    (next || form.querySelector("[data-key-save]")).focus();
    if (next && next.select && next.type === "text") {
      next.select();
    }
  }

  function onKey(event) {
    var form = document.querySelector("form[data-record-form]");
    var save = form.querySelector("[data-key-save]");
    var command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "s") {
      event.preventDefault();
      save.click();
    } else if (command && event.key === "Enter") {
      event.preventDefault();
      (form.querySelector("[data-key-next]") || save).click();
    } else if (event.key === "Enter" && !event.isComposing && form.contains(event.target) && /^(INPUT|SELECT)$/.test(event.target.tagName)) {
      event.preventDefault();
      toNext(form, event.target);
    }
  }

  document.addEventListener("DOMContentLoaded", function () {
    var form = document.querySelector("form[data-record-form]");
    if (!form) {
      return;
    }
    document.addEventListener("keydown", onKey);
    form.addEventListener("change", function (event) {
      if (event.target.tagName === "INPUT" && event.target.type === "text") {
        clean(event.target);
      }
      if (event.target.hasAttribute("data-id-number")) {
        checkNumber(event.target);
      }
    });
    form.addEventListener("paste", function (event) {
      setTimeout(function () {
        if (event.target.tagName === "INPUT" && event.target.type === "text") {
          clean(event.target);
        }
      });
    });
    /* The cursor stands where the typing begins, unless there are errors to read first. */
    var first = fieldsOf(form)[0];
    if (first && !document.querySelector(".errsum")) {
      first.focus({ preventScroll: true });
    }
  });
})();
