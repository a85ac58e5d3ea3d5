import { Button, Textarea } from '@mantine/core'
import { useRef, useState, type KeyboardEvent, type SubmitEvent } from 'react'

interface ComposeProps {
  readonly onSay: (text: string) => void
  readonly onTyping: () => void
}

const typingEveryMs = 3_000

/** Where a message is written: Enter sends it, Shift-Enter begins a line. */
export function Compose({ onSay, onTyping }: ComposeProps) {
  const [text, setText] = useState('')
  const announcedAt = useRef(0)
  const say = () => {
    const written = text.trim()
    if (written === '') return
    onSay(written)
    setText('')
  }
  const write = (next: string) => {
    setText(next)
    if (next.trim() === '' || Date.now() - announcedAt.current < typingEveryMs) return
    announcedAt.current = Date.now()
    onTyping()
  }
  return (
    <form
      className="compose"
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault()
        say()
      }}
    >
      <Textarea
        label="Message"
        rows={2}
        maxLength={4_000}
        value={text}
        onChange={({ currentTarget }) => write(currentTarget.value)}
        onKeyDown={(event: KeyboardEvent) => {
          // Enter also ends the composition of a character
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
          event.preventDefault()
          say()
        }}
      />
      <Button type="submit">Send</Button>
    </form>
  )
}
