// The page: a column for each chosen chat, kept up to date by the server's events.

import { ask, dayAndTime, h, tell } from "./dom.js";
import { Column } from "./column.js";

const byId = (id) => document.getElementById(id);
const kept = {
  get: (name, otherwise) => JSON.parse(localStorage.getItem(`rehearsal.${name}`) ?? "null") ?? otherwise,
  set: (name, value) => localStorage.setItem(`rehearsal.${name}`, JSON.stringify(value)),
};

const page = {
  people: [], members: [], channels: [], columns: [], dark: false, oldClient: false,
  nameOf: (id) => page.people.find((one) => one.id === id)?.name ?? "",
  problem: (sentence) => {
    byId("banner").textContent = sentence;
    byId("banner").hidden = !sentence;
  },
};

async function start() {
  const found = await ask("api/people");
  Object.assign(page, { people: found.people, members: found.members, channels: found.channels, team: found.team, bot: found.bot });
  byId("fault-kind").append(...found.fault_kinds.map((kind) => h("option", { value: kind }, faultName(kind))));
  const first = [...found.default_chats.map((person) => ({ person })), { person: found.members[0], channel: found.channel }];
  const known = (one) => page.nameOf(one.person) && (!one.channel || page.channels.some(({ id }) => id === one.channel));
  applyTheme(kept.get("dark", window.matchMedia("(prefers-color-scheme: dark)").matches));
  applyPhone(kept.get("phone", false));
  for (const one of kept.get("columns", first).filter(known)) addColumn(one);
  drawAdd();
  listen();
  await tell("api/open", {}).then(() => page.problem("")).catch((problem) => page.problem(problem.message));
  await wind(0);
}

function addColumn({ person, channel }) {
  const column = new Column(page, { person, channel, onClose: closeColumn, onChange: keepColumns });
  page.columns.push(column);
  byId("columns").append(column.element);
  column.reopen();
  keepColumns();
}

function closeColumn(column) {
  page.columns = page.columns.filter((one) => one !== column);
  column.element.remove();
  tell("api/leave", column.where).catch((problem) => page.problem(problem.message));
  keepColumns();
  drawAdd();
}

function keepColumns() {
  kept.set("columns", page.columns.map(({ person, channel }) => ({ person, channel })));
  byId("jump").replaceChildren(...page.columns.map((column) =>
    h("button", { type: "button", onclick: () => column.element.scrollIntoView({ inline: "start", block: "nearest" }) }, column.shortName)));
}

function drawAdd() {
  const shown = new Set(page.columns.map((one) => one.channel ?? one.person));
  const people = page.people.filter(({ id }) => !shown.has(id));
  const channels = page.channels.filter(({ id }) => !shown.has(id));
  byId("add").replaceChildren(
    h("option", { value: "" }, "+ Show another chat"),
    h("optgroup", { label: "People" }, people.map((one) => h("option", { value: one.id }, `${one.name}, ${one.about}`))),
    h("optgroup", { label: `Channels of ${page.team}` }, channels.map((one) => h("option", { value: one.id }, `${one.name}${one.kind === "private" ? " (private)" : ""}`))),
  );
}

function listen() {
  const events = new EventSource("api/events");
  let waiting = null;
  events.onmessage = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      page.columns.forEach((column) => column.refresh());
      if (byId("faults").open) fault({});
    }, 60);
  };
  events.onerror = () => page.problem("The rehearsal does not answer. It may be starting again.");
  events.onopen = () => page.problem("");
}

async function wind(seconds) {
  try {
    const { now } = await tell("api/wind", { seconds });
    byId("now").textContent = dayAndTime(now);
    byId("now").dateTime = now;
  } catch (problem) {
    byId("now").textContent = "not windable";
    if (seconds) page.problem(problem.message);
  }
}

function applyTheme(dark) {
  page.dark = dark;
  byId("dark").checked = dark;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  kept.set("dark", dark);
  page.columns.forEach((column) => column.redraw());
}

function applyPhone(phone) {
  byId("phone").checked = phone;
  document.documentElement.classList.toggle("phone", phone);
  kept.set("phone", phone);
}

function faultName(kind) {
  const names = { slow: "slow answer", cut: "done, then cut off", drop: "not done, cut off" };
  return names[kind] ?? `answer ${kind}`;
}

function drawFaults(faults) {
  byId("fault-list").replaceChildren(...faults.map((one) =>
    h("li", {}, `${faultName(one.kind)}: ${one.count} more${one.method ? `, ${one.method} only` : ""}`)));
}

function fault(body) {
  return tell("api/fault", body).then(({ faults }) => drawFaults(faults)).catch((problem) => page.problem(problem.message));
}

byId("dark").addEventListener("change", (event) => applyTheme(event.target.checked));
byId("phone").addEventListener("change", (event) => applyPhone(event.target.checked));
byId("old-client").addEventListener("change", (event) => {
  page.oldClient = event.target.checked;
  page.columns.forEach((column) => column.redraw());
});
byId("add").addEventListener("change", (event) => {
  const chosen = event.target.value;
  const channel = page.channels.some(({ id }) => id === chosen) ? chosen : undefined;
  if (chosen) addColumn({ person: channel ? page.members[0] : chosen, channel });
  drawAdd();
  page.columns.at(-1)?.element.scrollIntoView({ inline: "end", block: "nearest" });
});
document.querySelectorAll("[data-wind]").forEach((button) =>
  button.addEventListener("click", () => wind(Number(button.dataset.wind))));
byId("fault-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  fault({ kind: form.get("kind"), count: Number(form.get("count")), seconds: Number(form.get("seconds")), method: form.get("method") });
});
byId("faults").addEventListener("toggle", (event) => event.target.open && fault({}));
byId("fault-clear").addEventListener("click", () => fault({ clear: true }));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll("details.panel[open]").forEach((one) => one.removeAttribute("open"));
});
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.panel[open]").forEach((one) => {
    if (!one.contains(event.target)) one.removeAttribute("open");
  });
});

start().catch((problem) => page.problem(problem.message));
