// Imported first: import-in-the-middle treats this Node as one whose `registerHooks` it cannot use.
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '24.10.0' } });
