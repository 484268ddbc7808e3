import { useInfiniteQuery } from "@tanstack/react-query";
import { Alert, Empty, Spin } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/operations";
import type { RecordView } from "../../api/types";
import { addressOf } from "../../app/route";
import { useLanguage } from "../../i18n/useLanguage";

const PAGE_ROWS = 1000;

/** Every organisation of the replica, page by page. */
function useOrganisations() {
  const language = useLanguage();
  const pages = useInfiniteQuery({
    queryKey: ["replica", "tree", language],
    queryFn: ({ pageParam }) =>
      api.records(
        "organisation",
        { search: "", order: "code", conditions: [], offset: pageParam, limit: PAGE_ROWS },
        language,
      ),
    initialPageParam: 0,
    getNextPageParam: (last, all) =>
      all.length * PAGE_ROWS < last.total ? all.length * PAGE_ROWS : undefined,
  });
  const { hasNextPage, isFetching, fetchNextPage } = pages;
  useEffect(() => {
    if (hasNextPage && !isFetching) {
      void fetchNextPage();
    }
  }, [hasNextPage, isFetching, fetchNextPage]);
  return { ...pages, organisations: pages.data?.pages.flatMap((page) => page.records) ?? [] };
}

type Below = ReadonlyMap<string, readonly RecordView[]>;

const ROOT = "";

/** Who stands below whom; an organisation whose superior is out of sight stands at the top. */
function belowOf(organisations: readonly RecordView[]): Below {
  const known = new Set(organisations.map((each) => each.id));
  const below = new Map<string, RecordView[]>();
  for (const each of organisations) {
    const parent = each.fields["parent"]?.value ?? ROOT;
    const place = known.has(parent) ? parent : ROOT;
    below.set(place, [...(below.get(place) ?? []), each]);
  }
  return below;
}

function Label({ of }: { readonly of: RecordView }) {
  return (
    <>
      <a href={addressOf("tree", of.kind, of.id)}>{of.fields["name"]?.shown}</a>{" "}
      <small>
        {of.fields["code"]?.shown} · {of.fields["type"]?.shown}
      </small>
    </>
  );
}

function Branches({ of, below, depth }: { readonly of: string; readonly below: Below; readonly depth: number }) {
  return (
    <ul className="tree">
      {(below.get(of) ?? []).map((each) => (
        <li key={each.id}>
          {below.has(each.id) ? (
            <details open={depth < 2}>
              <summary>
                <Label of={each} />
              </summary>
              <Branches of={each.id} below={below} depth={depth + 1} />
            </details>
          ) : (
            <Label of={each} />
          )}
        </li>
      ))}
    </ul>
  );
}

/** The organisations as they stand one below the other. */
export function OrganisationTree() {
  const { t } = useTranslation();
  const { organisations, isPending, error } = useOrganisations();
  if (error !== null) {
    return <Alert type="error" showIcon message={error.message} />;
  }
  if (isPending) {
    return <Spin />;
  }
  return organisations.length === 0 ? (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("empty.tree")} />
  ) : (
    <Branches of={ROOT} below={belowOf(organisations)} depth={0} />
  );
}
