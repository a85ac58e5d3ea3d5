type Child = Node | string

/** Makes an element with these attributes and children; texts are never read as HTML. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}

/** A button that cannot be pressed again while its work is under way. */
export function button(text: string, work: () => Promise<void>): HTMLButtonElement {
  const made = element('button', { type: 'button' }, text)
  made.addEventListener('click', () => {
    made.disabled = true
    void work().finally(() => (made.disabled = false))
  })
  return made
}
