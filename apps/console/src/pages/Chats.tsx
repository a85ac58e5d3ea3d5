import { ConversationStatus } from '@stoa/contracts/support/chat-resources'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { chats, type Conversation } from '../api/chats.ts'
import { StateChip } from '../parts/Chip.tsx'
import type { Column } from '../parts/DataTable.tsx'
import { Choice } from '../parts/Filter.tsx'
import { Page } from '../parts/Page.tsx'
import { PagedTable } from '../parts/PagedTable.tsx'
import { Person } from '../parts/Person.tsx'
import { Empty, Result } from '../parts/Result.tsx'
import { count, shortId } from '../state/format.ts'
import { useSession } from '../state/session.tsx'
import { wordsOf } from '../state/status.ts'
import { chipStateOf } from '../state/tickets.ts'
import { Time } from '../state/zone.tsx'

const route = getRouteApi('/chats')

const columns: readonly Column<Conversation>[] = [
  {
    title: 'Customer',
    cell: ({ id, customerId }) => (
      <Link to="/chats/$id" params={{ id }} className="mono nowrap" title={customerId}>
        {shortId(customerId)}
      </Link>
    ),
  },
  { title: 'State', cell: ({ status }) => <StateChip state={chipStateOf(status)} label={wordsOf(status)} /> },
  { title: 'Messages', isNumber: true, cell: ({ lastSequence }) => count(lastSequence) },
  { title: 'Assignee', isDetail: true, cell: ({ assigneeId }) => <Person id={assigneeId} /> },
  { title: 'Last change', isDetail: true, cell: ({ updatedAt }) => <Time at={updatedAt} /> },
  { title: 'Opened', isDetail: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
]

/** The conversations with customers, newest first. */
export function Chats() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { accountId } = useSession()
  const status = ConversationStatus.enum.find((each) => each === search.status)
  const assigneeId = search.assignee === 'me' ? (accountId as Conversation['customerId']) : undefined
  const query = useQuery({
    queryKey: ['chats', status, assigneeId, search.cursor],
    queryFn: async ({ signal }) => {
      const filter = {
        ...(status && { status }),
        ...(assigneeId && { assigneeId }),
        ...(search.cursor && { cursor: search.cursor }),
      }
      return (await chats.listConversations({ query: { limit: 50, ...filter }, signal })).body
    },
    placeholderData: keepPreviousData,
    // further pages stay as they are while someone reads them
    refetchInterval: search.cursor === undefined ? 3_000 : false,
  })
  const set = (name: 'status' | 'assignee') => (value: string | undefined) =>
    void navigate({
      search: ({ [name]: _, cursor: __, ...rest }) => (value === undefined ? rest : { ...rest, [name]: value }),
    })
  return (
    <Page title="Chats">
      <div className="filters">
        <Choice label="State" value={status} options={ConversationStatus.enum} onChange={set('status')} />
        <Choice label="Assignee" value={assigneeId && 'me'} options={['me']} onChange={set('assignee')} />
      </div>
      <Result query={query}>
        {(page) => (
          <PagedTable
            caption="Chats"
            columns={columns}
            page={page}
            cursor={search.cursor}
            navigate={navigate}
            empty={<Nothing isFiltered={status !== undefined || assigneeId !== undefined} />}
          />
        )}
      </Result>
    </Page>
  )
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  if (!isFiltered) return <Empty title="No chats">Chats appear here as soon as customers open them.</Empty>
  return (
    <Empty title="No chat matches">
      <Link to="/chats" search={{}}>
        Clear the filters
      </Link>
    </Empty>
  )
}
