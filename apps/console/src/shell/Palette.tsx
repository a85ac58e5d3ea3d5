import { Button, Modal, TextInput } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { pageOfId, pagesFor } from '../state/pages.ts'
import { useSession } from '../state/session.tsx'

/** Ctrl-K: opens a page by its name, or an object by its id. */
export function Palette() {
  const [isOpen, { open, close }] = useDisclosure(false)
  useHotkeys([['mod+K', open]], [])
  return (
    <>
      <Button variant="default" size="xs" onClick={open}>
        Search<span className="only-wide">&nbsp;Ctrl-K</span>
      </Button>
      <Modal opened={isOpen} onClose={close} title="Go to" yOffset="10vh">
        <Search onDone={close} />
      </Modal>
    </>
  )
}

interface Match {
  readonly label: string
  readonly to: string
}

function Search({ onDone }: { readonly onDone: () => void }) {
  const { permissions } = useSession()
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const matches = matchesOf(text, permissions)
  const go = (match: Match | undefined) => {
    if (match === undefined) return
    onDone()
    void navigate({ to: match.to })
  }
  const move = (step: number) => setChosen((at) => Math.min(matches.length - 1, Math.max(0, at + step)))
  return (
    <>
      <TextInput
        data-autofocus
        label="Page, or the id of an order, a saga or a trace"
        value={text}
        role="combobox"
        aria-expanded="true"
        aria-controls="palette"
        aria-activedescendant={matches.length > 0 ? `palette-${chosen}` : undefined}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value)
          setChosen(0)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') go(matches[chosen])
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
          event.preventDefault()
          move(event.key === 'ArrowDown' ? 1 : -1)
        }}
      />
      <ul id="palette" role="listbox" aria-label="Matches" className="palette">
        {matches.map((match, index) => (
          <li
            key={match.to}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === chosen}
            onClick={() => go(match)}
          >
            {match.label}
          </li>
        ))}
      </ul>
      {matches.length === 0 && <p className="quiet">No page has this name, and it is not an id.</p>}
    </>
  )
}

function matchesOf(text: string, permissions: readonly string[]): Match[] {
  const byId = pageOfId(text)
  if (byId !== undefined) return [{ label: `Open the ${byId.what} ${text.trim()}`, to: byId.to }]
  const wanted = text.trim().toLowerCase()
  return [...pagesFor(permissions).values()]
    .flat()
    .filter(({ title }) => title.toLowerCase().includes(wanted))
    .map(({ title, to }) => ({ label: title, to }))
}
