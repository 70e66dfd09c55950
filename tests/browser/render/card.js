// Draws one card in this page with the official renderer, as a client would, and tells what it had to say.
// Knows nothing of Handrail: a card, a host configuration and a theme come in, plain values go out.

"use strict";

let pressed = [];

function draw(card, hostConfig, theme) {
  document.documentElement.className = theme;
  const markdown = window.markdownit();
  AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = markdown.render(text);
    result.didProcess = true;
  };
  const drawn = new AdaptiveCards.AdaptiveCard();
  drawn.hostConfig = new AdaptiveCards.HostConfig(hostConfig);
  // The renderer's own check of `lang` keeps its place from one card to the next.
  AdaptiveCards.CardElement.langProperty.regEx.lastIndex = 0;
  const context = new AdaptiveCards.SerializationContext();
  drawn.parse(card, context);
  const events = [];
  for (let at = 0; at < context.eventCount; at++) {
    events.push(context.getEventAt(at).message);
  }
  for (const failure of drawn.validateProperties().validationEvents) {
    if (!(failure.source.choicesData && failure.message.includes("at least one choice"))) {
      events.push(failure.message);
    }
  }
  pressed = [];
  drawn.onExecuteAction = (action) => pressed.push({
    type: action.getJsonTypeName(),
    title: action.title,
    verb: action.verb || null,
    data: action.data,
  });
  const place = document.getElementById("card");
  place.replaceChildren(drawn.render());
  return events;
}

function pressedSoFar() {
  return pressed;
}

// What sticks out of the card sideways, or is cut off inside a part that hides the rest.
function overflow() {
  const card = document.getElementById("card");
  const edge = card.getBoundingClientRect().right + 1;
  const found = [];
  for (const part of [card, ...card.querySelectorAll("*")]) {
    const box = part.getBoundingClientRect();
    // What stands in a one-line field scrolls there.
    const cut = part.tagName !== "INPUT" && part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).overflowX !== "visible";
    if (box.width > 1 && (box.right > edge || cut) && !isUnseen(part)) {
      found.push(`${part.className || part.tagName}: ${(part.innerText || "").slice(0, 60)}`);
    }
  }
  return found;
}

function isUnseen(part) {
  const style = getComputedStyle(part);
  return style.visibility === "hidden" || style.display === "none" || part.closest("select, option") !== null;
}

// Findings that the reference renderer makes whatever the card says: it draws the label of a search box without
// tying it to the box, and radio buttons and ticks closer together than a finger. Teams draws its own.
function isRenderersOwn(rule, part) {
  if (rule === "label") {
    const label = part.closest(".ac-input-container")?.previousElementSibling;
    return part.matches("[class*='choiceSetInput-filtered']") && label?.tagName === "LABEL" && label.innerText !== "";
  }
  return rule === "target-size" && part.matches("input[type=radio], input[type=checkbox]");
}

async function accessibility() {
  const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const result = await axe.run("#card", { runOnly: rules, resultTypes: ["violations"], elementRef: true });
  return result.violations.flatMap((rule) =>
    rule.nodes
      .filter((node) => !isRenderersOwn(rule.id, node.element))
      .map((node) => `${rule.id}: ${node.failureSummary.replaceAll("\n", " ")} ${node.html.slice(0, 160)}`));
}
