import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { html, page, pageHeaders } from './html.ts'

test('escapes every value that is not markup itself', () => {
  const evil = `<script>alert("1" + '2') & co</script>`
  expect(html`<p title="${evil}">${html`<b>${'a<b'}</b>`}</p>`.text).toBe(
    '<p title="&lt;script&gt;alert(&quot;1&quot; + &#39;2&#39;) &amp; co&lt;/script&gt;"><b>a&lt;b</b></p>',
  )
})

test('allows the style it sends and nothing else', () => {
  const style = /<style>(.*)<\/style>/s.exec(page('Sign in', html``))?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  expect(pageHeaders()['content-security-policy']).toContain(`style-src 'sha256-${hash}'`)
  expect(pageHeaders()['content-security-policy']).toContain(`default-src 'none'`)
})
