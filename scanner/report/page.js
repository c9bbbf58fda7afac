"use strict";
(function () {
  const form = document.getElementById("filter");
  const findings = Array.from(document.querySelectorAll(".finding"));
  if (!form) return;
  const texts = findings.map((f) => f.textContent.toLowerCase());
  function chosen(name) {
    return new Set(Array.from(form.elements).filter((e) => e.name === name && e.checked).map((e) => e.value));
  }
  function apply() {
    const words = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = chosen("severity"), verdicts = chosen("verdict");
    let shown = 0;
    findings.forEach((f, i) => {
      const fits = severities.has(f.dataset.severity) && verdicts.has(f.dataset.verdict) && words.every((w) => texts[i].includes(w));
      f.hidden = !fits;
      if (fits) shown++;
    });
    document.getElementById("shown").textContent = shown + " of " + findings.length + " shown";
  }
  // The fragment holds a filter to start with, so that one can be linked: #q=binance&severity=critical&severity=high
  function start() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    form.elements.q.value = wanted.get("q") || "";
    for (const name of ["severity", "verdict"]) {
      const values = wanted.getAll(name);
      for (const e of form.elements) {
        if (e.name === name) e.checked = values.length === 0 || values.includes(e.value);
      }
    }
    apply();
  }
  form.addEventListener("input", apply);
  form.addEventListener("submit", (e) => e.preventDefault());
  window.addEventListener("hashchange", start);
  form.hidden = false;
  start();
})();
