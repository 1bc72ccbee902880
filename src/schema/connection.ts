// How every list that is paged looks, for the relay plugin.

/** There is no `node` field: a payment is found by its own id, under its own rule. */
export const CONNECTIONS = {
  cursorType: 'String',
  clientMutationId: 'omit',
  nodeQueryOptions: false,
  nodesQueryOptions: false,
  // The page's size is counted once, at the field that takes `first` and `last`.
  edgesFieldOptions: {
    nullable: { list: false, items: false },
    complexity: { field: 1, multiplier: 1 },
    description: 'The items of this page, in order.',
  },
  nodeFieldOptions: { nullable: false, description: 'The item itself.' },
  cursorFieldOptions: { description: 'Where the item stands: for `after` or `before`.' },
  pageInfoFieldOptions: { description: 'Where this page stands.' },
  pageInfoTypeOptions: { description: 'Where a page stands in its list.' },
  hasNextPageFieldOptions: { description: 'Whether more items follow this page.' },
  hasPreviousPageFieldOptions: { description: 'Whether there are items before this page.' },
  startCursorFieldOptions: { description: 'The cursor of the first item. null: the page is empty.' },
  endCursorFieldOptions: { description: 'The cursor of the last item. null: the page is empty.' },
  firstArgOptions: { description: 'At most so many, from the start: 1 to 100. Not together with last.' },
  afterArgOptions: { description: 'Only what follows this cursor.' },
  lastArgOptions: { description: 'At most so many, from the end: 1 to 100. Not together with first.' },
  beforeArgOptions: { description: 'Only what comes before this cursor.' },
} as const;
