// A choice set that a person searches by typing, as Teams draws `style: filtered` and `choices.data`.
// The official renderer sends what was typed instead of the choice's value there, so this one replaces it.

import { h } from "./dom.js";

const DEBOUNCE_MS = 180;
const MOST_SHOWN = 15;

/** Make the class for this renderer. `search(dataset, text)` resolves to [{title, value}]. */
export function pickerClass(AC) {
  return class SearchPicker extends AC.ChoiceSetInput {
    get searches() {
      return Boolean(this.choicesData?.dataset) || this.style === "filtered";
    }

    internalRender() {
      if (!this.searches) return super.internalRender();
      this.picked = new Map();
      for (const value of (this.defaultValue || "").split(",").filter(Boolean)) {
        const known = this.choices.find((choice) => choice.value === value);
        this.picked.set(value, known?.title || value);
      }
      return this.build();
    }

    get value() {
      return this.picked ? [...this.picked.keys()].join(",") || undefined : super.value;
    }

    isSet() {
      return Boolean(this.value);
    }

    isValid() {
      return this.picked ? !this.isRequired || this.isSet() : super.isValid();
    }

    focus() {
      this.box ? this.box.focus() : super.focus();
    }

    updateInputControlAriaLabelledBy() {
      if (!this.box) return super.updateInputControlAriaLabelledBy();
      const labels = this.getAllLabelIds().join(" ");
      if (labels) this.box.setAttribute("aria-labelledby", labels);
      else this.box.setAttribute("aria-label", this.placeholder || "Search");
    }

    build() {
      const id = `picker-${Math.random().toString(36).slice(2)}`;
      this.list = h("ul", { class: "picker-list", role: "listbox", id, "aria-label": "Suggestions", hidden: true });
      this.chips = h("span", { class: "picker-chips" });
      this.box = h("input", {
        class: "picker-box", type: "text", role: "combobox", autocomplete: "off", "aria-autocomplete": "list",
        "aria-expanded": "false", "aria-controls": id, placeholder: this.placeholder || "Type to search",
        oninput: () => this.typed(), onfocus: () => this.typed(), onkeydown: (event) => this.key(event),
        onblur: () => setTimeout(() => this.close(), 150),
      });
      this.said = h("span", { class: "visually-hidden", role: "status" });
      this.drawPicked();
      return h("div", { class: "picker" }, this.chips, this.box, this.list, this.said);
    }

    typed() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look(), DEBOUNCE_MS);
    }

    async look() {
      const text = this.box.value.trim();
      const asked = (this.asked = Symbol("question"));
      const own = this.choices
        .map(({ title, value }) => ({ title, value }))
        .filter(({ title }) => title.toLowerCase().includes(text.toLowerCase()));
      let found = own;
      if (this.choicesData?.dataset) {
        found = await this.hostSearch(this.choicesData.dataset, text).catch(() => []);
      }
      if (asked !== this.asked || document.activeElement !== this.box) return;
      this.offer(found.filter(({ value }) => !this.picked.has(value)).slice(0, MOST_SHOWN));
    }

    hostSearch(dataset, text) {
      return this.getRootElement().search(dataset, text);
    }

    offer(found) {
      this.at = -1;
      this.options = found.map((choice, index) =>
        h("li", {
          role: "option", id: `${this.list.id}-${index}`, "aria-selected": "false",
          onmousedown: (event) => { event.preventDefault(); this.pick(choice); },
        }, choice.title));
      this.found = found;
      this.list.replaceChildren(...(found.length ? this.options : [h("li", { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, "Nothing found")]));
      this.list.hidden = false;
      this.list.scrollIntoView({ block: "nearest" });
      this.box.setAttribute("aria-expanded", "true");
      this.said.textContent = found.length ? `${found.length} suggestions` : "Nothing found";
    }

    key(event) {
      if (event.key === "Escape") return this.close();
      if (event.key === "Backspace" && !this.box.value && this.picked.size) {
        return this.drop([...this.picked.keys()].pop());
      }
      if (event.key === "Enter" && !this.list.hidden) {
        event.preventDefault();
        if (this.found?.length) this.pick(this.found[Math.max(this.at, 0)]);
      }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (this.list.hidden) return this.look();
        this.move(event.key === "ArrowDown" ? 1 : -1);
      }
    }

    move(step) {
      if (!this.options?.length) return;
      this.options[this.at]?.setAttribute("aria-selected", "false");
      this.at = (this.at + step + this.options.length) % this.options.length;
      const option = this.options[this.at];
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      this.box.setAttribute("aria-activedescendant", option.id);
    }

    pick({ title, value }) {
      if (!this.isMultiSelect) this.picked.clear();
      this.picked.set(value, title);
      this.box.value = "";
      this.close();
      this.drawPicked();
      this.valueChanged();
    }

    drop(value) {
      this.picked.delete(value);
      this.drawPicked();
      this.valueChanged();
      this.box.focus();
    }

    drawPicked() {
      this.chips.replaceChildren(...[...this.picked].map(([value, title]) =>
        h("span", { class: "chip" }, title, h("button", { type: "button", "aria-label": `Remove ${title}`, onclick: () => this.drop(value) }, "×"))));
    }

    close() {
      this.list.hidden = true;
      this.box.setAttribute("aria-expanded", "false");
      this.box.removeAttribute("aria-activedescendant");
    }
  };
}
