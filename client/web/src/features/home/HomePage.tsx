import { Card, Col, Row, Space, Statistic } from "antd";
import { useTranslation } from "react-i18next";

import type { Status } from "../../api/types";
import type { Language } from "../../i18n";
import { PersonsPage } from "../persons/PersonsPage";

interface Props {
  readonly status: Status | undefined;
  readonly language: Language;
  readonly onSync: () => void;
}

/** What waits for the secretary, counted, and below it the people. */
export function HomePage({ status, language, onSync }: Props) {
  const { t } = useTranslation();
  const counts = [
    { key: "waiting", title: t("home.waiting"), value: status?.waiting },
    { key: "quarantined", title: t("home.quarantined"), value: status?.quarantined },
    { key: "rejected", title: t("home.rejected"), value: status?.rejected },
  ];
  return (
    <Space direction="vertical" size="middle" style={{ width: "100%" }}>
      <Row gutter={16}>
        {counts.map((count) => (
          <Col key={count.key} xs={24} sm={8}>
            <Card size="small" hoverable onClick={onSync}>
              <Statistic title={count.title} value={count.value ?? 0} />
            </Card>
          </Col>
        ))}
      </Row>
      <PersonsPage language={language} />
    </Space>
  );
}
