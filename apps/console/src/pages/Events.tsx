import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { servicesQuery } from '../api/system.ts'
import { EventTable } from '../parts/EventTable.tsx'
import { Choice, TextFilter } from '../parts/Filter.tsx'
import { Page } from '../parts/Page.tsx'

const route = getRouteApi('/events')

/** The event log of the whole system. */
export function Events() {
  const { type, text } = route.useSearch()
  const navigate = route.useNavigate()
  const services = useQuery(servicesQuery)
  const types = [...new Set(services.data?.flatMap(({ publishes }) => publishes) ?? [])].sort()
  const set = (name: 'type' | 'text') => (value: string | undefined) =>
    void navigate({ search: ({ [name]: _, ...rest }) => (value === undefined ? rest : { ...rest, [name]: value }) })
  return (
    <Page title="Events">
      <div className="filters">
        <Choice label="Type" value={type} options={types} onChange={set('type')} />
        <TextFilter label="Text" value={text} placeholder="such as an order id" onChange={set('text')} />
      </div>
      <EventTable filter={{ type, text }} />
      <p className="caption">The last 100 events that match, newest first.</p>
    </Page>
  )
}
