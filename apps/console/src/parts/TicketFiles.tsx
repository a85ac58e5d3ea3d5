import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { shownError } from '../api/problem.ts'
import { saveFile } from '../api/save-file.ts'
import { tickets, type Ticket } from '../api/tickets.ts'
import { bytes } from '../state/format.ts'

/** The files that are attached to a ticket. They come from customers, and no one has searched them for viruses. */
export function TicketFiles({ ticketId }: { readonly ticketId: Ticket['id'] }) {
  const { data = [] } = useQuery({
    queryKey: ['ticket-files', ticketId],
    queryFn: async ({ signal }) =>
      (await tickets.listAttachments({ params: { id: ticketId }, query: { limit: 20 }, signal })).body.items,
    refetchInterval: 15_000,
  })
  const saving = useMutation({ mutationFn: (path: string) => saveFile(path) })
  if (data.length === 0) return null
  return (
    <section className="card stack" aria-label="Files">
      <h2>Files</h2>
      {data.map(({ id, fileName, sizeBytes, author, path }) => (
        <div className="row spread" key={id}>
          <span className="anywhere">
            {fileName}{' '}
            <span className="quiet">{`${bytes(sizeBytes)}, from ${author === 'staff' ? 'staff' : 'the customer'}`}</span>
          </span>
          <Button
            size="xs"
            variant="default"
            aria-label={`Download ${fileName}`}
            loading={saving.isPending && saving.variables === path}
            onClick={() => saving.mutate(path)}
          >
            Download
          </Button>
        </div>
      ))}
      {saving.error !== null && (
        <p role="alert" className="quiet">
          ▲ Not downloaded: {shownError(saving.error).detail ?? shownError(saving.error).title}
        </p>
      )}
    </section>
  )
}
