"use strict";
// Small tools that the script of the web page and that of the preview both begin with.

function all(selector, within = document) {
  return [...within.querySelectorAll(selector)];
}

function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function isOpen(control) {
  return control.getAttribute("aria-expanded") === "true";
}

