// @ts-check

/**
 * An element with attributes and children; attributes that are `undefined` are left out.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | undefined>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/**
 * A choice with its label.
 *
 * @param {string} label
 * @param {() => void} onChange
 */
export function chooser(label, onChange) {
  const select = element("select", { "aria-label": label });
  select.addEventListener("change", onChange);
  const node = element("label", { class: "setr-control" }, element("span", {}, label), select);
  return {
    node,
    value: () => select.value,
    /** @param {boolean} isOn */
    enable: (isOn) => {
      select.disabled = !isOn || select.options.length < 2;
    },
    /** @param {readonly { value: string, text: string }[]} entries */
    offer: (entries) => {
      const before = select.value;
      select.replaceChildren(...entries.map(({ value, text }) => element("option", { value }, text)));
      if (entries.some(({ value }) => value === before)) select.value = before;
      select.disabled = entries.length < 2;
    },
  };
}

/**
 * A slider with its label and what it stands at.
 *
 * @param {string} label
 * @param {{ max: number, value: number, text: (value: number) => string }} options whole steps from 0
 * @param {() => void} onChange
 */
export function slider(label, { max, value, text }, onChange) {
  const input = element("input", { type: "range", min: "0", max: `${max}`, value: `${value}`, "aria-label": label });
  const shown = element("span", { class: "setr-value" });
  const tell = () => {
    shown.textContent = text(input.valueAsNumber);
    input.setAttribute("aria-valuetext", text(input.valueAsNumber));
  };
  input.addEventListener("input", () => {
    tell();
    onChange();
  });
  tell();
  return {
    node: element("label", { class: "setr-control" }, element("span", {}, label), input, shown),
    value: () => input.valueAsNumber,
  };
}

/**
 * A number in four digits.
 *
 * @param {number} value
 */
export function inDigits(value) {
  return `${Number(value.toPrecision(4))}`;
}
