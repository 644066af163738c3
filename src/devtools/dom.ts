/** What an element is made with: properties as they are, attributes by their names with a dash, and `role`. */
type Facts = Readonly<Record<string, string | number | boolean | (() => void) | undefined>>

/** Makes an element. Text is set as text, so that no path and no message is ever read as HTML. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  facts: Facts = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(facts)) {
    if (value === undefined) continue
    if (name.includes('-') || name === 'role') element.setAttribute(name, String(value))
    else (element as unknown as Record<string, unknown>)[name] = value
  }
  element.append(...children)
  return element
}

/** Sets text where it differs: an unchanged node costs no layout and disturbs no reader. */
export function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text
}

/** Sets an attribute where it differs; undefined takes it away. */
export function setAttribute(node: HTMLElement, name: string, value: string | undefined): void {
  if (value === undefined) node.removeAttribute(name)
  else if (node.getAttribute(name) !== value) node.setAttribute(name, value)
}

/** Sets a style by its property: what a strict Content-Security-Policy allows. */
export function setStyle(node: HTMLElement, name: string, value: string): void {
  if (node.style.getPropertyValue(name) !== value) node.style.setProperty(name, value)
}
