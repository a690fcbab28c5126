// What scripts add to pages that work without them: copy buttons, shown passwords, and where the focus goes.

const said = document.getElementById("said");

function say(text) {
  if (said) said.textContent = text;
}

// <button data-copy="id of what is copied" data-done="Copied">
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
  button.dataset.label ??= button.textContent;
  button.textContent = button.dataset.done;
  say(button.dataset.done);
  setTimeout(() => { button.textContent = button.dataset.label; }, 2000);
});
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
}

// <button data-reveal="id of a password field">
for (const button of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
}

// <p data-meter="id of a field for a new password">
for (const meter of document.querySelectorAll("[data-meter]")) {
  const field = document.getElementById(meter.dataset.meter);
  const form = field.form;
  let timer;
  let asked = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(measure, 300);
  });
  async function measure() {
    const number = ++asked;
    if (field.value.length < 8) {
      meter.hidden = true;
      return;
    }
    const email = form.elements.email?.value;
    const body = { password: field.value, ...(email?.includes("@") ? { email } : {}) };
    const answer = await fetch("/api/auth/password-strength", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok || number !== asked) return;
    const { acceptable, score } = await answer.json();
    const kind = !acceptable ? "weak" : score < 4 ? "fair" : "good";
    meter.textContent = meter.dataset[kind];
    meter.hidden = false;
  }
}

// What is wrong with a form is read first.
(document.querySelector("[data-focus]") ?? document.querySelector("[aria-invalid='true']"))?.focus();

// <a data-stored>: a page that shows a secret once is not left by mistake.
const stored = document.querySelector("[data-stored]");
if (stored) {
  const ask = (event) => event.preventDefault();
  addEventListener("beforeunload", ask);
  stored.addEventListener("click", () => removeEventListener("beforeunload", ask));
}

// A menu closes when the focus or a click goes elsewhere, and by Escape.
for (const kind of ["click", "focusin"]) {
  document.addEventListener(kind, (event) => {
    for (const menu of document.querySelectorAll(".actions-menu[open], .switcher[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll(".actions-menu[open], .switcher[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// <input data-named-by="id of an e-mail field">: the name of the organisation, guessed from the address until one is typed.
for (const field of document.querySelectorAll("[data-named-by]")) {
  const email = document.getElementById(field.dataset.namedBy);
  let guessed = "";
  email.addEventListener("change", () => {
    const label = email.value.split("@")[1]?.split(".")[0] ?? "";
    if (field.value !== guessed) return;
    guessed = label.charAt(0).toUpperCase() + label.slice(1);
    field.value = guessed;
  });
}
