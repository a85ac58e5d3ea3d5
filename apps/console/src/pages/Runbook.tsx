import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useLocation } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import { Page } from '../parts/Page.tsx'
import { Empty, Result } from '../parts/Result.tsx'
import { blocksOf, spansOf, type Block } from '../state/runbook.ts'

const route = getRouteApi('/runbooks/$name')

// the pages of this release: an alert names them by their files
const files = import.meta.glob<string>('../../../../docs/runbooks/*.md', { query: '?raw', import: 'default' })

/** A runbook, at the section that the address names. */
export function Runbook() {
  const { name } = route.useParams()
  const query = useQuery({
    queryKey: ['runbook', name],
    queryFn: async () => (await files[`../../../../docs/runbooks/${name}.md`]?.()) ?? null,
    staleTime: Infinity,
  })
  const blocks = useMemo(() => blocksOf(query.data ?? ''), [query.data])
  const first = blocks[0]
  const title = first?.kind === 'heading' ? first.text : 'Runbook'
  return (
    <Page title={title}>
      <Result query={query}>
        {(source) =>
          source === null ? (
            <Empty title="There is no such runbook">{name}</Empty>
          ) : (
            <Text blocks={first?.kind === 'heading' ? blocks.slice(1) : blocks} />
          )
        }
      </Result>
    </Page>
  )
}

function Text({ blocks }: { readonly blocks: readonly Block[] }) {
  const { hash } = useLocation()
  useEffect(() => {
    document.getElementById(hash)?.scrollIntoView()
  }, [hash])
  return (
    <article className="card runbook">
      {blocks.map((block, index) => (
        // the text does not change
        <BlockOf key={index} block={block} isChosen={block.kind === 'heading' && block.id === hash} />
      ))}
    </article>
  )
}

function BlockOf({ block, isChosen }: { readonly block: Block; readonly isChosen: boolean }) {
  switch (block.kind) {
    case 'heading':
      return (
        <h2 id={block.id} data-chosen={isChosen}>
          {block.text}
        </h2>
      )
    case 'code':
      return <pre tabIndex={0}>{block.text}</pre>
    case 'list':
      return (
        <ul>
          {block.items.map((item, index) => (
            <li key={index}>
              <Line text={item} />
            </li>
          ))}
        </ul>
      )
    case 'paragraph':
      return (
        <p>
          <Line text={block.text} />
        </p>
      )
  }
}

function Line({ text }: { readonly text: string }) {
  return spansOf(text).map(({ kind, text: part }, index) => {
    if (kind === 'code')
      return (
        <code className="mono" key={index}>
          {part}
        </code>
      )
    return kind === 'strong' ? <strong key={index}>{part}</strong> : part
  })
}
