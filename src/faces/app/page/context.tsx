import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { ImageFacts } from '../../../contract/facts'
import type { OpenRequest } from '../../../hosts/browser/protocol'
import type { Page } from './page'
import type { PageState, PlanState } from './state'

const PageContext = createContext<Page | null>(null)

/** Gives the parts of a page their page. */
export const PageProvider = PageContext.Provider

/** The page that a part belongs to. */
export function usePage(): Page {
  const page = useContext(PageContext)
  if (page === null) throw new Error('a part of the page stands outside of every page')
  return page
}

export function usePageState<T>(select: (state: PageState) => T): T {
  return useStore(usePage().stores.state, select)
}

export function usePlanState<T>(select: (state: PlanState) => T): T {
  return useStore(usePage().stores.plan, select)
}

/** The image whose report is on screen. */
export interface Opened {
  facts: ImageFacts
  request: OpenRequest
  took: number
}

const OpenedContext = createContext<Opened | null>(null)

export const OpenedProvider = OpenedContext.Provider

export function useOpened(): Opened {
  const opened = useContext(OpenedContext)
  if (opened === null) throw new Error('a part of a report stands outside of every report')
  return opened
}

export function useFacts(): ImageFacts {
  return useOpened().facts
}
