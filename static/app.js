/* Portfolio's own script. Every page works without it: it only saves time and keeps what was typed. */
(() => {
"use strict";
const doc = document, all = (s, r = doc) => [...r.querySelectorAll(s)], words = () => doc.getElementById("words").dataset;
doc.documentElement.classList.add("js");
const line = text => { const box = doc.getElementById("line"); if (box) { box.textContent = text || ""; box.hidden = !text; } };
const edited = new Set();
const isPost = f => f && (f.getAttribute("method") || "").toLowerCase() === "post";
const typing = e => e.closest && e.closest("input:not([type=checkbox],[type=radio]),textarea,select,[contenteditable]");

/* keys: / search, ? list, j k rows, Ctrl+Enter send */
const keysOn = () => { try { return localStorage.getItem("keys") !== "off"; } catch { return true; } };
let row = -1;
doc.addEventListener("keydown", e => {
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && e.target.form) { e.preventDefault(); e.target.form.requestSubmit(); return; }
  if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || !keysOn() || doc.querySelector("dialog[open]")) return;
  if (e.key === "/") { const q = doc.getElementById("q"); if (q) { e.preventDefault(); q.focus(); q.select(); } }
  else if (e.key === "?") { e.preventDefault(); doc.getElementById("keys").showModal(); }
  else if (e.key === "j" || e.key === "k") {
    const links = all("main .grid tbody tr").map(r => r.querySelector("a")).filter(Boolean);
    const here = links.findIndex(a => a.closest("tr").contains(doc.activeElement));
    if (here >= 0) row = here;
    row = Math.max(0, Math.min(links.length - 1, row + (e.key === "j" ? 1 : -1)));
    if (links[row]) links[row].focus();
  }
});
doc.addEventListener("change", e => {
  if (e.target.id === "keys-on") { try { localStorage.setItem("keys", e.target.checked ? "on" : "off"); } catch {} }
  const tick = e.target.dataset.tickAll;
  if (tick) all(`input[name="${CSS.escape(tick)}"]`).forEach(b => { b.checked = e.target.checked; });
  if (e.target.type === "checkbox") count();
});

/* the bar of ticked rows appears with the first tick */
const count = () => all("[data-ticked]").forEach(bar => {
  const boxes = all(`input[name="${CSS.escape(bar.dataset.ticked)}"]`), n = boxes.filter(b => b.checked).length;
  bar.classList.toggle("on", n > 0);
  bar.querySelector("[data-count]").textContent = n;
  all(`[data-tick-all="${CSS.escape(bar.dataset.ticked)}"]`).forEach(b => { b.checked = n > 0 && n === boxes.length; b.indeterminate = n > 0 && n < boxes.length; });
});

/* a grid of papers: Enter and the arrows go from row to row (Ctrl+Enter sends), the foot adds up while typing */
const below = (cell, step) => {
  const row = cell.closest("tr"), at = [...row.children].indexOf(cell.closest("td"));
  for (let r = row; (r = step > 0 ? r.nextElementSibling : r.previousElementSibling);) {
    const to = r.children[at] && r.children[at].querySelector("input:not([type=hidden]),select");
    if (to) { to.focus(); if (to.select) to.select(); return true; }
  }
  return false;
};
doc.addEventListener("keydown", e => {
  if (e.ctrlKey || e.metaKey || e.altKey || !e.target.matches || !e.target.matches("form[data-grid] td :is(input,select)")) return;
  const step = e.key === "Enter" ? (e.shiftKey ? -1 : 1) : e.target.tagName === "SELECT" ? 0 : e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
  if (step) { e.preventDefault(); below(e.target, step); }
});
const addUp = f => all("[data-sum]", f).forEach(box => {
  const sum = all(`[name$="-${box.dataset.sum}"]`, f).reduce((n, i) => n + (parseInt(i.value.replace(/[^0-9]/g, ""), 10) || 0), 0);
  const said = n => new Intl.NumberFormat(doc.documentElement.lang).format(n).replace(/[\u202f\u00a0]/g, "\u202f");
  box.textContent = said(sum);
  const of = box.closest("form").querySelector("[data-left-of]");
  if (of) of.textContent = said(Number(of.dataset.leftOf) - sum);
});
doc.addEventListener("input", e => { if (e.target.form && "grid" in e.target.form.dataset) addUp(e.target.form); });

/* what is typed and not sent */
doc.addEventListener("input", e => {
  const f = e.target.form;
  if (isPost(f) && !("quiet" in f.dataset) && !f.querySelector("[data-ticked]")) { edited.add(f); f.unsaved = true; }
});
addEventListener("beforeunload", e => { if ([...edited].some(f => f.isConnected)) e.preventDefault(); });

/* sending: once, and never into a cut line */
const keptName = () => "kept:" + location.pathname;
const fields = f => all("input:not([type=hidden],[type=password],[type=file]),textarea,select", f).filter(i => i.name && !i.closest("[data-secret]"));
doc.addEventListener("submit", e => {
  const f = e.target;
  if (f.dataset.busy || e.defaultPrevented) { e.preventDefault(); e.stopImmediatePropagation(); return; }
  if (!isPost(f)) return;
  if (f.saving) { e.preventDefault(); e.stopImmediatePropagation(); f.waits = true; f.pressed = e.submitter; return; }
  if (navigator.onLine === false) { e.preventDefault(); e.stopImmediatePropagation(); line(words().lost); return; }
  edited.delete(f);
  f.dataset.busy = 1; f.classList.add("busy");
  setTimeout(() => free(f), 8000);
  if (!f.hasAttribute("hx-post") && !("secret" in f.dataset)) try {
    sessionStorage.setItem(keptName(), JSON.stringify([f.getAttribute("action"), fields(f).map(i => [i.name, i.value, i.type === "checkbox" || i.type === "radio" ? i.checked : null])]));
  } catch {}
}, true);
const free = f => { delete f.dataset.busy; f.classList.remove("busy"); };
const restore = () => {
  let kept;
  try { kept = JSON.parse(sessionStorage.getItem(keptName())); Object.keys(sessionStorage).filter(k => k.startsWith("kept:")).forEach(k => sessionStorage.removeItem(k)); } catch {}
  const how = performance.getEntriesByType("navigation")[0];
  if (!kept || !how || how.type === "navigate") return;
  const f = all("form[method=post]").find(x => x.getAttribute("action") === kept[0]);
  if (!f) return;
  let changed = false;
  kept[1].forEach(([name, value, on]) => fields(f).filter(i => i.name === name && (on === null || i.value === value)).forEach(i => {
    if (on === null ? i.value !== value : i.checked !== on) { changed = true; if (on === null) i.value = value; else i.checked = on; }
  }));
  if (changed) { edited.add(f); line(words().kept); }
};

/* drafts: a form sent while its draft is being kept waits for the answer, else it would meet its own draft as another's;
   the server answers a short line ("enregistré à 14 h 32") and may answer fresh hidden inputs (a version) */
const save = async f => {
  const said = f.querySelector("[data-saved]"), body = new FormData(f);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  body.set("idempotency_key", crypto.randomUUID ? crypto.randomUUID() : [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, "0")).join(""));
  f.unsaved = false; f.saving = true;
  try {
    const r = await fetch(f.dataset.autosave, { method: "POST", body: new URLSearchParams(body), headers: { "HX-Request": "true" }, keepalive: doc.hidden, signal: AbortSignal.timeout(20000) });
    if (r.ok && !r.headers.get("HX-Redirect")) {
      const got = new DOMParser().parseFromString(await r.text(), "text/html");
      all("input[type=hidden]", got).forEach(i => { const mine = f.elements[i.name]; if (mine) mine.value = i.value; });
      said.textContent = got.body.textContent.trim();
      if (!f.unsaved) edited.delete(f);
      line("");
    } else { said.textContent = r.status === 401 || r.headers.get("HX-Redirect") ? words().expired : words().unsaved; }
  } catch { f.unsaved = true; line(words().lost); }
  f.saving = false;
  if (f.waits) { f.waits = false; f.requestSubmit(f.pressed); }
};
const saveAll = () => all("form[data-autosave]").forEach(f => { if (f.unsaved && !f.saving && !f.dataset.busy) save(f); });
setInterval(saveAll, 5000);
doc.addEventListener("visibilitychange", () => { if (doc.hidden) saveAll(); });
addEventListener("online", () => { line(words().back); saveAll(); setTimeout(() => line(""), 4000); });
addEventListener("offline", () => line(words().lost));

/* fragments */
const seen = new WeakSet();
const named = a => {
  const to = a.dataset.named ? null : doc.getElementById(a.hash.slice(1));
  if (!to) return;
  const label = (to.labels && to.labels[0]) || (to.closest("fieldset.choices") || to).querySelector("legend");
  const words = label ? label.firstChild.textContent.trim() : to.getAttribute("aria-label");
  a.dataset.named = 1;
  if (words && !a.textContent.includes(words)) a.prepend(words.replace(/\s*:$/, "") + (doc.documentElement.lang === "fr" ? "\u00a0: " : ": "));
};
const show = () => { all(".error-summary a").forEach(named); const box = all("[data-focus]").find(b => !seen.has(b)); all("[data-focus]").forEach(b => seen.add(b)); if (box) box.focus(); count(); };
doc.addEventListener("htmx:after:swap", show);
doc.addEventListener("htmx:finally:request", () => all("form.busy").forEach(free));
doc.addEventListener("htmx:error", e => { const f = e.target.closest && e.target.closest("form"); if (isPost(f)) edited.add(f); line(words().lost); });

addEventListener("pageshow", () => { all("form.busy").forEach(free); count(); });
addEventListener("beforeprint", () => all("details.data").forEach(d => { d.open = true; }));
const menus = () => all(".top details[open]");
doc.addEventListener("keyup", e => { if (e.key === "Escape") menus().forEach(d => { d.open = false; d.firstElementChild.focus(); }); });
["click", "focusin"].forEach(what => doc.addEventListener(what, e => menus().forEach(d => { if (!d.contains(e.target)) d.open = false; })));
const on = doc.getElementById("keys-on");
if (on) on.checked = keysOn();
restore(); show();
})();
