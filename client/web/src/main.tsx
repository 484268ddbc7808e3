import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { enter } from "./api/client";
import { App } from "./app/App";
import "./app/page.css";
import { startWords } from "./i18n";

const client = new QueryClient({ defaultOptions: { queries: { retry: 1 } } });

async function start(): Promise<void> {
  await startWords();
  const entered = await enter();
  const root = document.getElementById("root");
  if (root === null) {
    throw new Error("the page has no root");
  }
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <App entered={entered} />
      </QueryClientProvider>
    </StrictMode>,
  );
}

void start();
