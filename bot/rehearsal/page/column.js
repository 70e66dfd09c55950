// One column: one conversation through one person's eyes, with what they can type and do.

import { ask, clockTime, h, initials, tell } from "./dom.js";
import { drawCard, forOldClient } from "./card.js";

const SUGGESTIONS = ["report", "my reports", "help"];
const PICTURE = '<p><img src="https://graph.rehearsal.example/hostedContents/1/$value" alt="image"></p>';

export class Column {
  constructor(page, { person, channel, onClose, onChange }) {
    Object.assign(this, { page, person, channel, onClose, onChange });
    this.drawn = new Map();
    this.build();
  }

  get title() {
    return this.channel ? this.page.channels.find(({ id }) => id === this.channel).name : this.page.nameOf(this.person);
  }

  get shortName() {
    return this.channel ? `# ${this.title}` : this.title.split(" ")[0];
  }

  get where() {
    return { person: this.person, channel: this.channel };
  }

  build() {
    const id = `column-${this.channel ?? this.person}`.replace(/[^a-z0-9]/gi, "-");
    this.messages = h("div", { class: "messages", role: "log", tabindex: "0", "aria-label": `Messages: ${this.title}` });
    this.notice = h("p", { class: "notice", role: "status" });
    this.lock = h("div", { class: "lock" });
    this.box = h("input", { type: "text", autocomplete: "off", "aria-label": `Message as ${this.page.nameOf(this.person)}`, placeholder: this.channel ? `Begin with @${this.page.bot} for the bot to hear` : `Message ${this.page.bot}` });
    this.element = h("section", { class: "column", "aria-labelledby": id },
      this.head(id), this.channel ? null : this.lock, this.messages, this.notice, this.suggestions(),
      h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.say(this.box.value); } },
        this.box, h("button", { type: "submit", class: "send", "aria-label": "Send" }, sendIcon())));
  }

  head(id) {
    const about = this.channel ? this.page.team : this.page.people.find((one) => one.id === this.person).about;
    return h("header", { class: "head" },
      h("span", { class: `face ${this.channel ? "hash" : `tint-${this.page.people.findIndex(({ id: one }) => one === this.person) % 6}`}`, "aria-hidden": "true" }, this.channel ? "#" : initials(this.title)),
      h("div", { class: "who" }, h("h2", { id }, this.title), h("p", {}, about)),
      h("button", { type: "button", class: "quiet", title: "Leave the chat and come back", onclick: () => this.reopen() }, reopenIcon(), h("span", { class: "visually-hidden" }, "Reopen chat")),
      h("details", { class: "panel more" },
        h("summary", { "aria-label": `More for ${this.title}` }, "⋯"),
        h("div", { class: "menu" }, this.channel ? this.eyes() : null, ...this.menu())));
  }

  eyes() {
    return h("label", {}, "Seen by ", h("select", {
      onchange: (event) => { this.person = event.target.value; this.reopen(); this.onChange(); },
    }, this.page.members.map((one) => h("option", { value: one, selected: one === this.person }, this.page.nameOf(one)))));
  }

  menu() {
    const item = (label, work) => h("button", { type: "button", onclick: (event) => { event.target.closest("details").removeAttribute("open"); work(); } }, label);
    const again = [item("Press again (same id)", () => this.repeat(true)), item("Press again (new id)", () => this.repeat(false))];
    const close = item("Close this column", () => this.onClose(this));
    const life = (label, event) => item(label, () => this.act("api/life", { event }));
    if (this.channel) {
      return [...again, item("Link this channel for alerts", () => this.link()), life("Delete the channel", "delete_channel"), life("Restore the channel", "restore_channel"), close];
    }
    return [...again,
      item("Send a picture", () => this.act("api/say", { text: "", rich_html: PICTURE })),
      item("Attach a file", () => this.act("api/say", { text: "Here it is", files: ["screenshot.png"] })),
      life("Remove the app", "uninstall"), life("Install the app", "install"), close];
  }

  suggestions() {
    const offered = this.channel ? [`@${this.page.bot} alert here`] : SUGGESTIONS;
    return h("div", { class: "suggestions", role: "group", "aria-label": "Suggestions" },
      offered.map((text) => h("button", { type: "button", onclick: () => this.say(text) }, text)));
  }

  async refresh() {
    const query = new URLSearchParams({ person: this.person, ...(this.channel ? { channel: this.channel } : {}) });
    try {
      this.show(await ask(`api/view?${query}`));
    } catch (problem) {
      this.page.problem(problem.message);
    }
  }

  show({ messages, notice, notifications }) {
    const atEnd = this.messages.scrollHeight - this.messages.scrollTop - this.messages.clientHeight < 60;
    const before = this.drawn.size;
    const elements = this.ordered(messages).map((message) => this.drawMessage(message));
    const gone = new Set(this.drawn.keys());
    messages.forEach(({ id }) => gone.delete(id));
    gone.forEach((id) => this.drawn.delete(id));
    this.place(elements.length ? elements : [this.empty()]);
    this.notice.textContent = notice;
    this.drawLock(notifications);
    if (atEnd || messages.length > before) this.toEnd(elements.at(-1));
  }

  /** Move only what is out of place, so that what is being typed into keeps the focus. */
  place(elements) {
    elements.forEach((element, index) => {
      const there = this.messages.children[index];
      if (there !== element) this.messages.insertBefore(element, there ?? null);
    });
    while (this.messages.children.length > elements.length) this.messages.lastElementChild.remove();
  }

  toEnd(last) {
    if (!last) return;
    const tall = last.offsetHeight > this.messages.clientHeight;
    this.messages.scrollTop = tall ? last.offsetTop - this.messages.offsetTop - 12 : this.messages.scrollHeight;
  }

  ordered(messages) {
    const roots = messages.filter(({ thread }) => !thread);
    return roots.flatMap((root) => [root, ...messages.filter(({ thread }) => thread === root.id)]);
  }

  empty() {
    if (!this.channel) return h("p", { class: "empty" }, "Nothing here yet. What Handrail writes to this person appears here.");
    return h("div", { class: "empty" }, h("p", {}, "No posts yet. Alerts come here once the channel is linked."),
      h("button", { type: "button", class: "primary", onclick: () => this.link() }, "Link this channel"));
  }

  drawMessage(message) {
    const { at, preview, edited, private_view: own, ...shape } = message;
    const signature = JSON.stringify(shape);
    const old = this.drawn.get(message.id);
    if (old?.signature === signature) {
      // When only its marks have changed, what stands there stays, so that a press on it is not lost.
      if (old.message.edited !== edited || old.message.private_view !== own) {
        old.element.querySelector(".byline").replaceChildren(...this.byline(message));
        old.message = message;
      }
      return old.element;
    }
    const sameCard = old && JSON.stringify(old.message.card) === JSON.stringify(message.card);
    const fresh = { signature, message, typed: sameCard ? old.typed : {} };
    fresh.element = this.bubble(message, fresh.typed);
    if (old?.element.contains(document.activeElement)) queueMicrotask(() => focusFirst(fresh.element));
    old?.element.replaceWith(fresh.element);
    this.drawn.set(message.id, fresh);
    return fresh.element;
  }

  bubble(message, typed) {
    const kind = `message ${message.own ? "own" : ""} ${message.bot ? "bot" : ""} ${message.thread ? "reply" : ""} ${message.card ? "with-card" : ""}`;
    return h("article", { class: kind, "data-message": message.id },
      h("p", { class: "byline" }, this.byline(message)),
      message.mentions.length ? h("p", { class: "rings" }, bellIcon(), ` rings ${message.mentions.join(", ")}`) : null,
      message.text ? h("p", { class: "text" }, ...mentionsIn(message.text)) : null,
      message.card ? this.card(message, typed) : null);
  }

  byline(message) {
    const marks = [message.edited ? "edited" : "", message.private_view ? "only this person sees this version" : ""].filter(Boolean);
    return [h("strong", {}, message.from), " ", h("time", { datetime: message.at }, clockTime(message.at)),
      ...marks.map((mark) => h("span", { class: "mark-note" }, mark))];
  }

  card(message, typed) {
    const json = this.page.oldClient ? forOldClient(message.card) : message.card;
    return drawCard(json, {
      dark: this.page.dark, typed,
      search: async (dataset, text) => (await tell("api/search", { ...this.where, message: message.id, dataset, text })).choices,
      onPress: (press, button) => this.press(message, press, button),
    });
  }

  async press(message, { type, action, data }, button) {
    button?.classList.add("busy");
    const path = type === "Action.Submit" ? "api/submit" : "api/press";
    await this.act(path, { message: message.id, action, data });
    button?.classList.remove("busy");
  }

  async say(text) {
    if (!text.trim()) return;
    this.box.value = "";
    await this.act("api/say", { text });
  }

  repeat(sameId) {
    return this.act("api/repeat", { same_id: sameId });
  }

  async reopen() {
    await this.act("api/reopen", {});
    this.drawn.clear();
    this.messages.replaceChildren();
    await this.refresh();
  }

  link() {
    this.notice.textContent = "Linking: an admin writes in the channel, the DSL confirms…";
    return this.act("api/link", {});
  }

  async act(path, body) {
    try {
      const answer = await tell(path, { ...this.where, ...body });
      if (answer.problem) this.notice.textContent = answer.problem;
    } catch (problem) {
      this.notice.textContent = problem.message;
    }
    await this.refresh();
  }

  redraw() {
    for (const one of this.drawn.values()) {
      const fresh = this.bubble(one.message, one.typed);
      one.element.replaceWith(fresh);
      one.element = fresh;
    }
  }

  drawLock(notifications) {
    const last = notifications.at(-1);
    this.lock.replaceChildren(...(last ? [
      phoneIcon(),
      h("p", {}, h("span", { class: "visually-hidden" }, "Lock screen: "), h("strong", {}, last.mentioned ? "Mentioned in a channel" : this.page.bot), " ", last.preview),
      h("time", { datetime: last.at }, clockTime(last.at)),
    ] : [phoneIcon(), h("p", { class: "none" }, "Nothing on the lock screen")]));
  }
}

function focusFirst(element) {
  const target = element.querySelector(".card input, .card select, .card textarea, .card button");
  target?.focus({ preventScroll: true });
}

function mentionsIn(text) {
  return text.split(/(<at[^>]*>.*?<\/at>)/).map((part) => {
    const named = part.match(/^<at[^>]*>(.*?)<\/at>$/);
    return named ? h("span", { class: "at" }, named[1]) : part;
  });
}

function icon(paths) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  Object.entries({ viewBox: "0 0 24 24", width: 16, height: 16, fill: "none", stroke: "currentColor", "stroke-width": 2, "aria-hidden": true })
    .forEach(([name, value]) => made.setAttribute(name, value));
  for (const d of paths) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", d);
    path.setAttribute("stroke-linecap", "round");
    path.setAttribute("stroke-linejoin", "round");
    made.append(path);
  }
  return made;
}

const sendIcon = () => icon(["M4 12 20 4l-4 16-4-7-8-1Z", "M12 13 20 4"]);
const bellIcon = () => icon(["M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15L6 16Z", "M10 21h4"]);
const reopenIcon = () => icon(["M4 12a8 8 0 1 1 2.5 5.8", "M4 20v-5h5"]);
const phoneIcon = () => icon(["M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1Z", "M11 18h2"]);
