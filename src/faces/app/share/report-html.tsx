import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import type { ReviewCard } from '../../../answers/share/card'
import { type Opened, OpenedProvider, PageProvider } from '../page/context'
import { Page } from '../page/page'
import type { PlanState } from '../page/state'
import type { Ports } from '../page/ports'
import { AllViews } from '../shell/all-views'

/**
 * The report as one document without any script: all views after another, made of the same parts as the page
 * and its style sheets. It opens offline.
 */
export function reportHtml(opened: Opened, plan: PlanState, card: ReviewCard): string {
  const host = document.createElement('div')
  const root = createRoot(host)
  const page = new Page(NOTHING)
  page.stores.plan.setState(plan)
  flushSync(() =>
    root.render(
      <PageProvider value={page}>
        <OpenedProvider value={opened}>
          <AllViews />
        </OpenedProvider>
      </PageProvider>,
    ),
  )
  const body = staticHtml(host)
  root.unmount()
  const { title, link, rules } = card
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escapeHtml(`${title} – ${card.image}`)}</title>`,
    `<style>${styleText()}\n${PAPER}</style></head><body><main>`,
    `<p class="crumb"><b>Sealscope</b> <code>${escapeHtml(card.image)}</code> <code>${escapeHtml(card.digest ?? '')}</code> <span>${escapeHtml(rules)}</span>`,
    link === null ? '' : ` <a href="${escapeHtml(link)}">Open in Sealscope</a>`,
    `</p>${body}</main></body></html>\n`,
  ].join('\n')
}

/** Buttons do nothing without a script, and links of the page lead nowhere: both become text. */
function staticHtml(host: HTMLElement): string {
  for (const button of host.querySelectorAll('button, [popover]')) {
    if (button.matches('.term, .digest')) button.replaceWith(textOf(button))
    else button.remove()
  }
  for (const link of host.querySelectorAll('a[href^="#"], a[href=""]')) {
    const text = document.createElement('span')
    text.append(...link.childNodes)
    link.replaceWith(text)
  }
  for (const details of host.querySelectorAll('details')) details.open = true
  return host.innerHTML
}

/** A digest in full, a term by its name. */
function textOf(button: Element): HTMLElement {
  const code = document.createElement(button.matches('.digest') ? 'code' : 'span')
  code.textContent = button.getAttribute('title') ?? button.textContent
  return code
}

const PAPER =
  'body{padding:20px}main{margin:0 auto}.rail,.top{display:none}.scroll,.code,pre{overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;max-height:none}section+section{margin-top:16px}'

/** The rules of all style sheets without fonts, which are files of their own. */
function styleText(): string {
  return [...document.styleSheets]
    .flatMap((sheet) => [...sheet.cssRules])
    .filter((rule) => !(rule instanceof CSSFontFaceRule))
    .map(({ cssText }) => cssText)
    .join('\n')
    .replaceAll('</', '<\\/')
}

function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  }
  return text.replace(/[&<>"]/g, (character) => names[character] ?? character)
}

/** A page that goes nowhere. */
const NOTHING: Ports = {
  here: () => ({ hash: '', state: null }),
  step: () => undefined,
  keep: { getItem: () => null, setItem: () => undefined },
  tab: { getItem: () => null, setItem: () => undefined },
  now: () => 0,
  today: () => 0,
  open: () => Promise.reject(new TypeError('a saved report opens nothing')),
  pack: () => Promise.resolve(null),
  samples: () => Promise.resolve([]),
  digestOf: () => Promise.reject(new TypeError('a saved report asks nobody')),
}
