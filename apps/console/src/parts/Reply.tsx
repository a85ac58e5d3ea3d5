import { Button, Checkbox, NativeSelect, Textarea } from '@mantine/core'
import { randomKey } from '@stoa/rest'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type SubmitEvent } from 'react'
import { shownError } from '../api/problem.ts'
import { tickets, type Macro, type Ticket } from '../api/tickets.ts'
import { useCan } from '../state/session.tsx'

/** The message that is written, and how it is sent: until it is stored its key stays the same, so that it is stored once. */
function useDraft(id: Ticket['id']) {
  const queries = useQueryClient()
  const [text, setText] = useState('')
  const [internal, setInternal] = useState(false)
  const [key, setKey] = useState(randomKey)
  const sending = useMutation({
    mutationFn: () =>
      tickets.createMessage({ params: { id }, body: { text: text.trim(), ...(internal ? { internal } : {}) }, key }),
    onSuccess: async () => {
      setText('')
      setKey(randomKey())
      await queries.invalidateQueries()
    },
  })
  // another text is another message
  const renew = () => {
    if (!sending.isError) return
    setKey(randomKey())
    sending.reset()
  }
  return {
    text,
    internal,
    sending,
    write(next: string) {
      setText(next)
      renew()
    },
    setInternal(next: boolean) {
      setInternal(next)
      renew()
    },
  }
}

/** Writes a reply or an internal note, also from a canned reply. */
export function Reply({ ticket }: { readonly ticket: Ticket }) {
  const can = useCan()
  const { text, internal, sending, write, setInternal } = useDraft(ticket.id)
  const [isTried, setIsTried] = useState(false)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const isEmpty = text.trim() === ''
    setIsTried(isEmpty)
    if (!isEmpty && !sending.isPending) sending.mutate()
  }
  const failed = sending.error === null ? undefined : shownError(sending.error)
  return (
    <form className="stack" onSubmit={submit} noValidate>
      {can('macro:manage') && <Macros ticketId={ticket.id} onText={write} />}
      <Textarea
        label={internal ? 'Internal note' : 'Reply'}
        description={internal ? 'Only staff see it.' : 'The customer is notified of it.'}
        rows={5}
        maxLength={10_000}
        value={text}
        onChange={({ currentTarget }) => write(currentTarget.value)}
        error={isTried && text.trim() === '' ? 'Write a text' : undefined}
      />
      {failed && (
        <p role="alert">
          ◆ Not sent. {failed.title}. {failed.detail}
        </p>
      )}
      <div className="row spread">
        <Checkbox
          label="Internal note"
          checked={internal}
          onChange={({ currentTarget }) => setInternal(currentTarget.checked)}
        />
        <Button type="submit" loading={sending.isPending}>
          {internal ? 'Add the note' : 'Send the reply'}
        </Button>
      </div>
    </form>
  )
}

interface MacrosProps {
  readonly ticketId: Ticket['id']
  readonly onText: (text: string) => void
}

/** Fills a canned reply in for the ticket, which is edited before it is sent. */
function Macros({ ticketId, onText }: MacrosProps) {
  const { data = [] } = useQuery({
    queryKey: ['macros'],
    queryFn: async ({ signal }) => (await tickets.listMacros({ query: { limit: 200 }, signal })).body.items,
    staleTime: 60_000,
  })
  const filling = useMutation({
    mutationFn: async (id: string) =>
      (await tickets.renderMacro({ params: { id: id as Macro['id'] }, body: { ticketId } })).body.text,
    onSuccess: onText,
  })
  if (data.length === 0) return null
  const options = data.map(({ id, name, locale }) => ({ value: id, label: `${name} (${locale})` }))
  return (
    <NativeSelect
      label="Canned reply"
      value=""
      data={[{ value: '', label: 'Choose one to fill in' }, ...options]}
      onChange={({ currentTarget }) => currentTarget.value !== '' && filling.mutate(currentTarget.value)}
      error={filling.error === null ? undefined : (shownError(filling.error).detail ?? shownError(filling.error).title)}
    />
  )
}
