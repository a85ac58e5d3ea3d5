import { Button } from '@mantine/core'
import { letterEndpoints } from '@stoa/events/endpoints'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { letterStates, listLetters, type PlacedLetter } from '../api/dead-letters.ts'
import { operate } from '../api/operate.ts'
import { servicesOf, servicesQuery, withConsumers } from '../api/system.ts'
import { ActionDialog, type Action } from '../parts/ActionDialog.tsx'
import { StateChip } from '../parts/Chip.tsx'
import { DataTable, type Column } from '../parts/DataTable.tsx'
import { Choice } from '../parts/Filter.tsx'
import { Page } from '../parts/Page.tsx'
import { Empty, Missing, Result } from '../parts/Result.tsx'
import { shortId } from '../state/format.ts'
import { Time } from '../state/zone.tsx'

const route = getRouteApi('/dead-letters')

/** The events that a service could not handle, with those that wait behind them. */
export function DeadLetters() {
  const { state, service } = route.useSearch()
  const navigate = route.useNavigate()
  const [action, setAction] = useState<Action>()
  const services = useQuery(servicesQuery)
  const query = useQuery({
    queryKey: ['dead-letters', state, service],
    queryFn: async ({ client, signal }) => listLetters(await servicesOf(client), { state, service }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 3_000,
  })
  const set = (name: 'state' | 'service') => (value: string | undefined) =>
    void navigate({ search: ({ [name]: _, ...rest }) => (value === undefined ? rest : { ...rest, [name]: value }) })
  const consumers = withConsumers(services.data ?? []).map((each) => each.service)
  return (
    <Page title="Dead letters">
      <div className="filters">
        <Choice label="State" value={state} options={letterStates} onChange={set('state')} />
        <Choice label="Service" value={service} options={consumers} onChange={set('service')} />
      </div>
      <Result query={query}>
        {({ items, missing }) => (
          <>
            <Missing missing={missing} />
            {items.length === 0 ? (
              <Empty
                title={state === undefined && service === undefined ? 'No dead letters' : 'No dead letter matches'}
              >
                Events that a service fails to handle appear here.
              </Empty>
            ) : (
              <DataTable
                caption="Dead letters"
                columns={columnsWith(setAction)}
                rows={items}
                keyOf={(letter) => `${letter.service} ${letter.id}`}
              />
            )}
          </>
        )}
      </Result>
      <p className="caption">Without a filter: the letters that require an operator. At most 100 of each service.</p>
      <ActionDialog action={action} onClose={() => setAction(undefined)} />
    </Page>
  )
}

function columnsWith(onAction: (action: Action) => void): readonly Column<PlacedLetter>[] {
  return [
    {
      title: 'Event',
      cell: ({ eventId, type }) => (
        <Link to="/events/$id" params={{ id: eventId }} className="nowrap">
          {type}
        </Link>
      ),
    },
    { title: 'State', cell: ({ state }) => <StateChip state={state} /> },
    { title: 'Service', isDetail: true, cell: ({ service }) => service },
    {
      title: 'Key',
      isDetail: true,
      cell: ({ key }) => (
        <span className="mono" title={key}>
          {shortId(key)}
        </span>
      ),
    },
    { title: 'Attempts', isNumber: true, isDetail: true, cell: ({ attempts }) => attempts },
    {
      title: 'Error',
      isDetail: true,
      isClipped: true,
      cell: ({ error }) => <span title={error?.message}>{error?.code ?? error?.message ?? ''}</span>,
    },
    { title: 'Received', isDetail: true, cell: ({ receivedAt }) => <Time at={receivedAt} /> },
    {
      title: 'Action',
      cell: (letter) =>
        letter.state !== 'dead' ? (
          ''
        ) : (
          <Button
            size="xs"
            variant="default"
            aria-label={`Retry the key of ${letter.type}`}
            onClick={() => onAction(retryOf(letter))}
          >
            Retry…
          </Button>
        ),
    },
  ]
}

function retryOf({ service, id, type, key, behind }: PlacedLetter): Action {
  const waiting =
    behind === 0
      ? 'No other event waits behind it'
      : `${behind} more of the list wait behind it and follow in their order`
  return {
    label: 'Retry the key',
    effect: `${service} handles ${type} of the key ${key} again. ${waiting}. If it fails again, it is retried and becomes a dead letter again.`,
    run: () => operate(service, letterEndpoints.retryDeadLetter, { params: { id: String(id) } }),
  }
}
