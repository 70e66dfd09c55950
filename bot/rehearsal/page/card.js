// Drawing a card with the official renderer, and reading what a press of it sends.

import { hostConfig } from "./hostconfig.js";
import { pickerClass } from "./picker.js";
import { h } from "./dom.js";

let context = null;
let markdown = null;

function prepare() {
  if (context) return;
  const AC = window.AdaptiveCards;
  markdown = window.markdownit({ html: false, linkify: false, breaks: true });
  AC.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = markdown.render(text);
    result.didProcess = true;
  };
  const registry = new AC.CardObjectRegistry();
  AC.GlobalRegistry.defaultElements.copyTo(registry);
  registry.register("Input.ChoiceSet", pickerClass(AC));
  context = () => {
    const made = new AC.SerializationContext();
    made.setElementRegistry(registry);
    return made;
  };
}

/** Cards as an old client shows them: each Action.Execute is its Action.Submit. */
export function forOldClient(part) {
  if (Array.isArray(part)) return part.map(forOldClient);
  if (!part || typeof part !== "object") return part;
  if (part.type === "Action.Execute" && part.fallback?.type === "Action.Submit") return { title: part.title, ...part.fallback };
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, key === "data" ? value : forOldClient(value)]));
}

/** The card with whom it mentions by name, as Teams shows them. An `<at>` that no entity explains stays as it is. */
function withMentions(json) {
  const mentions = (json.msteams?.entities || []).filter((one) => one.type === "mention" && one.mentioned?.name);
  const named = (text) => mentions.reduce((words, one) => words.replaceAll(one.text, () => `**${one.mentioned.name}**`), text);
  const walk = (part) => {
    if (Array.isArray(part)) return part.map(walk);
    if (!part || typeof part !== "object") return part;
    const walked = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, key === "data" ? value : walk(value)]));
    return part.type === "TextBlock" ? { ...walked, text: named(part.text || "") } : walked;
  };
  return mentions.length ? { ...json, body: walk(json.body) } : json;
}

/**
 * The card as an element.
 * `onPress({type, action, data}, button)` is called for a press; `search(dataset, text)` fills pickers;
 * `typed` holds what was typed before, by input id, and is kept up to date.
 */
export function drawCard(json, { dark, onPress, search, typed }) {
  prepare();
  const AC = window.AdaptiveCards;
  const card = new AC.AdaptiveCard();
  card.hostConfig = new AC.HostConfig(hostConfig(dark));
  card.search = search;
  // The renderer reads `choices.data` only in cards that say 1.6; Teams reads it in all.
  card.parse({ ...withMentions(json), version: "1.6" }, context());
  for (const input of card.getAllInputs()) {
    if (input.id in typed) input.defaultValue = typed[input.id];
  }
  card.onInputValueChanged = (input) => {
    if (input.id) typed[input.id] = input.value ?? "";
  };
  card.onExecuteAction = (action) => {
    const type = action.getJsonTypeName();
    if (type === "Action.OpenUrl") return window.open(action.url, "_blank", "noopener");
    if (type !== "Action.Execute" && type !== "Action.Submit") return;
    const shown = { type, title: action.title || "" };
    if (action.verb) shown.verb = action.verb;
    onPress({ type, action: shown, data: action.data || {} }, action.renderedElement);
  };
  const element = card.render();
  if (!element) return h("p", { class: "unreadable" }, "This card cannot be shown.");
  element.classList.add("card");
  element.removeAttribute("tabindex");
  if (json.lang) element.lang = json.lang;
  return element;
}
