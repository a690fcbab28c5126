// The audit log as it grows: the socket tells that there is something new, and the page itself is asked for its rows, so
// that they are in the visitor's language and narrowed down like the others.

const live = document.querySelector("[data-live]");
const state = live.querySelector("[data-state]");
const button = live.querySelector("button");
let paused = false;
let count = 0;
let waiting = false;
let asking = false;
let tries = 0;
let delay = 500;

live.hidden = false;
state.textContent = live.dataset.on;
button.addEventListener("click", () => {
  paused = !paused;
  button.setAttribute("aria-pressed", String(paused));
  button.textContent = paused ? button.dataset.resume : button.dataset.pause;
  state.textContent = paused ? live.dataset.paused : live.dataset.on;
  if (!paused && waiting) show();
});

async function show() {
  waiting = true;
  if (paused || asking) return;
  asking = true;
  waiting = false;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error("no list");
    place(new DOMParser().parseFromString(await answer.text(), "text/html"));
    delay = 500;
  } catch {
    // What was told is not shown yet.
    waiting = true;
    delay = Math.min(2 * delay, 60_000);
  } finally {
    asking = false;
    if (waiting) setTimeout(show, delay);
  }
}

function place(page) {
  const list = document.getElementById("events");
  const rows = [...page.querySelectorAll("#events > tr")];
  // A list that was empty is a table from now on.
  if (!list && rows.length > 0) {
    location.reload();
    return;
  }
  const fresh = rows.filter((row) => !document.getElementById(row.id));
  if (fresh.length === 0) return;
  // More than a page is new: between the rows on both sides some would be missing.
  if (fresh.length === rows.length) list.replaceChildren();
  for (const row of fresh) row.classList.add("is-new");
  list.prepend(...fresh);
  count += fresh.length;
  state.textContent = count === 1 ? live.dataset.one : live.dataset.many.replace("COUNT", count);
}

async function open() {
  const answer = await fetch("/api/auth/ws-token", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ org: live.dataset.org }),
  });
  if (!answer.ok) throw new Error("no ticket");
  const { ticket } = await answer.json();
  const url = new URL(live.dataset.live, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url, ["oskar.events", `oskar.ticket.${ticket}`]);
  socket.addEventListener("open", () => {
    tries = 0;
    live.dataset.open = "";
    // What happened since the page was made.
    show();
  });
  socket.addEventListener("message", show);
  socket.addEventListener("close", lost);
}

function lost() {
  // A server that starts again is back soon.
  if (++tries > 5) {
    state.textContent = live.dataset.lost;
    button.hidden = true;
    return;
  }
  setTimeout(() => open().catch(lost), 1000 * tries);
}

open().catch(lost);
